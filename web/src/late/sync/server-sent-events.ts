/** Characters of one event, or one line, above which the channel is given up. */
const MAX_EVENT = 64 << 20;

/** One event of a stream. */
export interface ServerSentEvent {
  readonly event: string;
  readonly data: string;
}

/** The events of a response, as the HTML standard has them (Server-sent events, 9.2.6); without ids, which nothing here needs. */
export async function* events(response: Response): AsyncGenerator<ServerSentEvent, void, undefined> {
  const reader = response.body!.getReader();
  const decoder = new TextDecoder();
  let begun: string[] = []; // of a line whose end is on the way
  let held = 0; // characters of it, and of data
  let returned = false; // the last one was a carriage return, whose line feed may be on the way
  let event = '';
  let data: string[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return; // an event without its end is none
      let text = decoder.decode(value, { stream: true });
      if (!text) continue;
      if (returned && text.startsWith('\n')) text = text.slice(1);
      returned = text.endsWith('\r');
      const parts = text.split(/\r\n|\r|\n/);
      for (const [i, part] of parts.entries()) {
        begun.push(part);
        held += part.length;
        if (held > MAX_EVENT) throw new RangeError('an event of the live channel is too large');
        if (i === parts.length - 1) break; // it has not ended
        const line = begun.join('');
        begun = [];
        if (!line) {
          if (data.length) yield { event: event || 'message', data: data.join('\n') };
          [event, data, held] = ['', [], 0];
          continue;
        }
        const [, name, words] = /^([^:]*):? ?(.*)$/s.exec(line)!;
        if (name === 'data') data.push(words!);
        else held -= line.length;
        if (name === 'event') event = words!;
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
