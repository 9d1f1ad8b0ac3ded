/**
 * The stable codes of Granary's errors: branch on `error.code`, never on the
 * message. All but `Wasm` are the engine's own and mean the same in Go.
 */
interface ErrorCodes {
  /** A record, key, predicate or option breaks the schema or the API; nothing was written. */
  readonly Invalid: 'INVALID';
  /** The schema has faults; `details` lists each with line and column. */
  readonly Schema: 'SCHEMA';
  /** A belongs-to target is not in the store; nothing was written. */
  readonly Reference: 'REFERENCE';
  /** The condition of a conditional save or delete did not hold; nothing was written. */
  readonly Conflict: 'CONFLICT';
  /** A bound was passed; nothing was written. */
  readonly Limit: 'LIMIT';
  /** Storage refused the bytes for want of room; the commit was undone. */
  readonly Quota: 'QUOTA';
  /** Storage is absent, refused to open, or failed; the commit was undone. */
  readonly Unavailable: 'UNAVAILABLE';
  /** Stored bytes fail their checksum or their structure. */
  readonly Corrupt: 'CORRUPT';
  /** The stored format is of a newer version than this code reads. */
  readonly Format: 'FORMAT';
  /** Stored rows do not fit the schema that was given. */
  readonly SchemaChanged: 'SCHEMA_CHANGED';
  /** A migration function failed, and everything is as it was; the `cause` is what it threw. */
  readonly Migration: 'MIGRATION';
  /** Storage failed, or the engine stopped, in such a way that nobody knows whether the commit is kept. */
  readonly UnknownOutcome: 'UNKNOWN_OUTCOME';
  /** The server said what the protocol of sync does not know; nothing was taken in. */
  readonly Protocol: 'PROTOCOL';
  /** The server did not want a change: it was taken back, and `details` is the {@link RejectedMutation}. */
  readonly Rejected: 'REJECTED';
  /** There are changes that no server has, which would be lost; nothing was done. */
  readonly Unsent: 'UNSENT';
  /** The store was closed, or none is open. */
  readonly Closed: 'CLOSED';
  /**
   * The engine stopped, and nothing was written. Another one takes its place, unless
   * the message says that the store is given up.
   */
  readonly RuntimeExited: 'RUNTIME_EXITED';
  /** A bug in Granary. */
  readonly Internal: 'INTERNAL';
  /** The engine's WebAssembly, or late.js, could not be loaded; the message names the address and the remedy. */
  readonly Wasm: 'WASM';
}

// In lower case, which packs better: all other words of the package are.
const CODES = 'invalid schema reference conflict limit quota unavailable corrupt format schema_changed '
  + 'migration unknown_outcome protocol rejected unsent closed runtime_exited internal wasm';

/** Each code by its name: `ErrorCode.UnknownOutcome` is `'UNKNOWN_OUTCOME'`. */
export const ErrorCode = /* @__PURE__ */ Object.fromEntries(
  CODES.split(' ').map((code) => [code.replace(/(^|_)./g, (start) => start.slice(-1).toUpperCase()), code.toUpperCase()]),
) as unknown as ErrorCodes;

/** One of the values of {@link ErrorCode}. */
export type ErrorCode = ErrorCodes[keyof ErrorCodes];

/** What a {@link GranaryError} tells besides its code and message. */
export interface ErrorParts {
  /** The verb that failed: `save`, `query`, … */
  readonly op?: string | undefined;
  /** The model concerned. */
  readonly model?: string | undefined;
  /** The field or relation concerned. */
  readonly field?: string | undefined;
  /** More, by code: `SCHEMA` has a list of `{line, column, message}`. */
  readonly details?: unknown;
  /** The error beneath, when there is one. */
  readonly cause?: unknown;
}

/**
 * The error that every call of Granary throws or rejects with. Its `code` is
 * stable; its message says what is wrong and what would be right.
 */
export class GranaryError extends Error {
  readonly code: ErrorCode;
  readonly op?: string;
  readonly model?: string;
  readonly field?: string;
  readonly details?: unknown;

  constructor(code: ErrorCode, message: string, parts: ErrorParts = {}) {
    super(message, parts);
    this.code = code;
    const { op, model, field, details } = parts;
    Object.assign(this, { op, model, field, details });
  }

  static {
    Object.defineProperty(this.prototype, 'name', { value: 'GranaryError', configurable: true, writable: true });
  }
}

/** An INVALID error whose message begins with the place: "Post.title: …". */
export function invalid(message: string, op?: string, model?: { readonly name: string }, field?: string): GranaryError {
  return engineError({ code: ErrorCode.Invalid, message, op: op || undefined, model: model?.name, field });
}

/** A WASM error: the engine cannot be had. */
export function wasmError(message: string, cause?: unknown): GranaryError {
  return new GranaryError(ErrorCode.Wasm, `open: ${message}`, { cause });
}

/** An error as the engine writes it. */
export interface ErrorJSON extends ErrorParts {
  readonly code: ErrorCode;
  readonly message?: string;
}

/** A RUNTIME_EXITED error: there is no engine. */
export function stopped(message: string, cause?: unknown): GranaryError {
  return new GranaryError(ErrorCode.RuntimeExited, message, { cause });
}

/** The error that the engine wrote, or would have written. */
export function engineError({ code, message, ...parts }: ErrorJSON): GranaryError {
  return new GranaryError(code, located(message ?? code, parts), parts);
}

/** Puts verb, model and field in front of a message that does not name them yet. */
function located(message: string, { op, model, field }: ErrorParts): string {
  const place = model ? (field ? `${model}.${field}` : model) : '';
  if (place && message.includes(place)) return message;
  const where = [op, place].filter(Boolean).join(' ');
  return where && !message.startsWith(where) ? `${where}: ${message}` : message;
}

/** What was thrown, in words. */
export function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
