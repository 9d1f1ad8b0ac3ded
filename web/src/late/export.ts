import { numbers, type Read } from '../reading.js';
import type { Session } from '../session.js';
import type { ExportOptions } from '../transfer-types.js';
import { kit } from './kit.js';
import { endTransfer, Turns } from './transfer.js';

/** The media type of an export. */
const TYPE = 'application/x-ndjson';
/** Bytes after which pieces are made one Blob, which the browser may keep on the disk. */
const FOLD = 8 << 20;

type Piece = Uint8Array<ArrayBuffer>;

/** How many records are written with a piece, and the piece. */
const pieceOf: Read<[number, Piece]> = (memory, address, length) => {
  const bytes = memory.view(address, length).slice();
  return [new DataView(bytes.buffer).getUint32(0, true), bytes.subarray(4)];
};

/** A state of the store as lines of JSON, in one file. */
export async function exportBlob(session: Session, options?: ExportOptions): Promise<Blob> {
  let parts: BlobPart[] = [];
  let size = 0;
  for await (const piece of pieces(session, options)) {
    parts.push(piece);
    size += piece.length;
    if (size > FOLD) {
      parts = [new Blob(parts)];
      size = 0;
    }
  }
  return new Blob(parts, { type: TYPE });
}

/** A state of the store as lines of JSON, piece by piece as the reader takes them. */
export function exportStream(session: Session, options?: ExportOptions): ReadableStream<Piece> {
  const source = pieces(session, options);
  return new ReadableStream<Piece>({
    async pull(controller) {
      const { done, value } = await source.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await source.return();
    },
  });
}

async function* pieces(session: Session, options: ExportOptions = {}): AsyncGenerator<Piece, void, undefined> {
  const names = options.models?.map((m) => nameOf(session, m));
  const [number, total] = await session.later('export', [], { name: session.name, models: names }, numbers) as unknown as [number, number];
  const turns = new Turns();
  try {
    for (;;) {
      const [records, piece] = await kit.whenLoaded(() => session.ask('export_next', [number], undefined, pieceOf));
      if (piece.length === 0) return;
      yield piece;
      options.onProgress?.({ records, total });
      await turns.next();
    }
  } finally {
    endTransfer(session, number);
  }
}

/** The name of a model given as its class or by that name; the engine says what is wrong with others. */
function nameOf(session: Session, model: unknown): string {
  for (const [name, { Class }] of session.bindings) if (Class === model) return name;
  return typeof model === 'string' ? model : String((model as { name?: unknown } | undefined)?.name);
}
