/** How many elements of an array become text at once. Text that stays in the processor's cache is written and encoded in a third of the time. */
const ELEMENTS = 256;

const encoder = new TextEncoder();

/** The JSON text of data, in pieces. */
export function jsonTexts(data: object): readonly string[] {
  if (!Array.isArray(data) || data.length <= ELEMENTS) return [JSON.stringify(data)];
  const texts: string[] = [];
  for (let at = 0; at < data.length; at += ELEMENTS) texts.push(at ? ',' : '[', JSON.stringify(data.slice(at, at + ELEMENTS)).slice(1, -1));
  texts.push(']');
  return texts;
}

/** Writes texts one behind the other as UTF-8 where `room` makes room for so many bytes, and returns their number. */
export function encodeTexts(texts: readonly string[], room: (bytes: number) => Uint8Array): number {
  const sum = (length: (text: string) => number) => texts.reduce((total, text) => total + length(text), 0);
  for (let bytes = sum((text) => text.length); ; bytes = sum((text) => encoder.encode(text).length)) { // as if all were ASCII, then as it is
    const into = room(bytes);
    let at = 0;
    const whole = texts.every((text) => {
      const { read, written } = encoder.encodeInto(text, into.subarray(at));
      at += written;
      return read === text.length;
    });
    if (whole) return at;
  }
}
