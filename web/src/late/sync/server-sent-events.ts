/** Characters of one line or one event, above which the channel is given up. */
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
  let rest = '';
  let event = '';
  let data: string[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return; // an event without its end is none
      rest += decoder.decode(value, { stream: true });
      const held = rest.endsWith('\r') ? '\r' : ''; // its line feed may be on the way
      const lines = rest.slice(0, rest.length - held.length).split(/\r\n|\r|\n/);
      rest = lines.pop()! + held;
      if (rest.length > MAX_EVENT) throw new RangeError('an event of the live channel is too large');
      for (const line of lines) {
        if (!line) {
          if (data.length) yield { event: event || 'message', data: data.join('\n') };
          event = '';
          data = [];
          continue;
        }
        const [, name, text] = /^([^:]*):? ?(.*)$/s.exec(line)!;
        if (name === 'event') event = text!;
        else if (name === 'data') data.push(text!);
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
