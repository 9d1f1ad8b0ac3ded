import { json, numbers } from '../reading.js';
import type { Session } from '../session.js';
import type { ImportOptions, ImportReport, ImportSource } from '../transfer-types.js';
import { kit } from './kit.js';
import { endTransfer, Turns } from './transfer.js';

const MODES = ['merge', 'keep', 'replace'];
/** Bytes, or UTF-16 units, that the engine is given at once. */
const SLICE = 128 << 10;

/** Reads an export into the store, as one commit. */
export async function importFrom(session: Session, source: ImportSource, options: ImportOptions = {}): Promise<ImportReport> {
  const mode = MODES.indexOf(options.mode ?? 'merge');
  if (mode < 0) throw kit.invalid(`mode must be '${MODES.join("' or '")}', got ${String(options.mode)}`, 'import');
  const parts = partsOf(source);
  const [number] = await kit.whenLoaded(() => session.ask('import', [mode], undefined, numbers)) as unknown as [number];
  const turns = new Turns();
  try {
    for await (const part of whole(parts)) {
      for (const slice of slices(part)) {
        const [records, total] = await kit.whenLoaded(() => session.ask('import_feed', [number], slice, numbers)) as unknown as [number, number];
        options.onProgress?.({ records, total });
        await turns.next();
      }
    }
    return await session.later('import_commit', [number], undefined, json) as ImportReport;
  } finally {
    endTransfer(session, number);
  }
}

/** What a source gives, part by part. */
function partsOf(source: unknown): AsyncIterable<unknown> | Iterable<unknown> {
  if (typeof source === 'string' || source instanceof Uint8Array) return [source];
  if (source instanceof ArrayBuffer) return [new Uint8Array(source)];
  if (source instanceof Blob) return read(source.stream());
  if (source instanceof ReadableStream) return read(source);
  const iterable = source as AsyncIterable<unknown> | null | undefined;
  if (typeof iterable?.[Symbol.asyncIterator] === 'function') return iterable;
  throw kit.invalid('expects a Blob or File, a ReadableStream, a string, bytes, or an async iterable of strings or bytes', 'import');
}

/** The parts of a stream; not every browser lets one iterate over it. */
async function* read(stream: ReadableStream<unknown>): AsyncGenerator<unknown, void, undefined> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Joins characters that two parts of text share. */
async function* whole(parts: AsyncIterable<unknown> | Iterable<unknown>): AsyncGenerator<unknown, void, undefined> {
  let half = '';
  for await (const part of parts) {
    if (typeof part !== 'string') {
      yield part;
      continue;
    }
    const text = half + part;
    half = isHigh(text, text.length - 1) ? text.slice(-1) : '';
    yield text.slice(0, text.length - half.length);
  }
  yield half;
}

/** Whether the first half of a character stands at a position. */
function isHigh(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xd800 && unit < 0xdc00;
}

/** Cuts a part into slices, never within a character. */
function* slices(part: unknown): Generator<string | Uint8Array, void, undefined> {
  const bytes = part instanceof ArrayBuffer ? new Uint8Array(part) : part;
  if (bytes instanceof Uint8Array) {
    for (let at = 0; at < bytes.length; at += SLICE) yield bytes.subarray(at, at + SLICE);
    return;
  }
  if (typeof part !== 'string') throw kit.invalid('the parts of what is imported must be strings or bytes', 'import');
  for (let at = 0; at < part.length; ) {
    let end = Math.min(at + SLICE, part.length);
    if (isHigh(part, end - 1) && end < part.length) end--;
    yield part.slice(at, end);
    at = end;
  }
}
