import type { HttpRemoteOptions, LiveChannel, PullAnswer } from '../../sync-remote-types.js';
import type { Backend } from './backend.js';
import { events } from './server-sent-events.js';

/** Bytes of one answer, above which it is not read on. */
const MAX_BODY = 64 << 20;
/** Characters of an answer that was no success which are kept to explain it. */
const MAX_WORDS = 4096;
/** How an answer begins. */
const OBJECT = /^\s*\{/;

/** An answer that was no success. */
export class HttpRefusal extends Error {
  constructor(readonly status: number, readonly retryAfter: number | undefined, readonly body: string) {
    super(`the server answered ${status}`);
  }
}

/** A backend that speaks the protocol over fetch. */
export function httpRemote(options: HttpRemoteOptions): Backend {
  const base = String(options.url).replace(/\/+$/, '');
  const send = options.fetch ?? ((...args: Parameters<typeof fetch>) => fetch(...args));

  async function call(path: string, init: RequestInit, accept: string): Promise<Response> {
    const { headers: given, token: asked } = options;
    const headers = new Headers(typeof given === 'function' ? await given() : given);
    const token = typeof asked === 'function' ? await asked() : asked;
    if (token) headers.set('authorization', `Bearer ${token}`);
    if (init.body) headers.set('content-type', 'application/json');
    headers.set('accept', accept);
    const response = await send(base + path, { ...init, headers });
    if (response.status === 200) return response;
    throw new HttpRefusal(response.status, delay(response.headers.get('retry-after')), await words(response));
  }

  const post = (path: string) => async (request: unknown, { signal }: { signal: AbortSignal }) => {
    const response = await call(path, { method: 'POST', body: JSON.stringify(request), signal }, 'application/json');
    const body = await text(response, MAX_BODY, false);
    if (OBJECT.test(body) && body.trimEnd().endsWith('}')) return body; // the engine reads it, and finds out
    try {
      JSON.parse(body);
    } catch {
      const shown = body.slice(0, 60).replace(/\s+/g, ' ');
      throw new HttpRefusal(502, undefined, `${base}${path} answered what is no JSON: ${shown}`);
    }
    return body;
  };

  async function live({ checkpoint, signal, open, tell }: LiveChannel): Promise<void> {
    const text = typeof checkpoint === 'string' ? checkpoint : JSON.stringify(checkpoint);
    const query = checkpoint === null ? '' : `?${new URLSearchParams({ checkpoint: text })}`;
    const response = await call(`/live${query}`, { signal }, 'text/event-stream');
    const type = response.headers.get('content-type') ?? '';
    if (!/^text\/event-stream\b/i.test(type)) {
      response.body?.cancel().catch(() => {});
      throw new HttpRefusal(502, undefined, `${base}/live answered what is no stream of events: ${type}`);
    }
    open();
    for await (const { event, data } of events(response)) {
      if (event === 'poke') tell();
      else if (event === 'changes') tell(page(data));
    }
  }

  return { pull: post('/pull'), push: post('/push'), ...(options.live !== false && { live }) };
}

/** A page that was told of; none when it is no JSON, for then a pull finds out what there is. */
function page(data: string): PullAnswer | undefined {
  try {
    return JSON.parse(data) as PullAnswer;
  } catch {
    return undefined;
  }
}

/** What a refusal says, as far as that comes through: its status alone is enough. */
function words(response: Response): Promise<string> {
  return text(response, MAX_WORDS, true).catch(() => '');
}

/** Reads a body as text; of one that is longer the beginning, or nothing. */
async function text(response: Response, most: number, cut: boolean): Promise<string> {
  const reader = response.body?.getReader();
  if (!reader) return '';
  const decoder = new TextDecoder();
  let read = 0;
  let out = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return out + decoder.decode();
    read += value.length;
    out += decoder.decode(value, { stream: true });
    if (read <= most) continue;
    await reader.cancel();
    if (cut) return out.slice(0, most);
    throw new HttpRefusal(502, undefined, `${response.url} answered more than ${most >> 20} MB; ask for smaller pages`);
  }
}

/** The seconds of a Retry-After, which is a number of them or a date. */
function delay(header: string | null): number | undefined {
  if (!header) return undefined;
  if (/^\d+(\.\d+)?$/.test(header)) return Number(header);
  const until = /^[a-z]/i.test(header) ? Date.parse(header) : NaN;
  return Number.isNaN(until) ? undefined : Math.max(0, (until - Date.now()) / 1000);
}
