import type { ErrorJSON } from '../../errors.js';
import { EngineMemory } from '../../memory.js';
import type { Read } from '../../reading.js';
import type { Verb } from '../../runtime.js';
import type { Bytes, Given, Outcome } from '../../worker/protocol.js';
import { kit } from '../kit.js';
import type { ReceivedRows } from './received-rows.js';

/** A call that the worker was asked to make. */
export interface Question {
  readonly verb: Verb;
  readonly args: readonly number[];
  readonly input: Given;
}

/** Reads what an export answered, or throws its error. */
export function readOutcome<T>({ bytes, error }: Outcome, read: Read<T>): T {
  if (error) throw kit.engineError(error as ErrorJSON);
  return readBytes(bytes!, read);
}

/** Reads bytes as if they stood in the engine's memory. */
export function readBytes<T>(bytes: Bytes, read: Read<T>): T {
  return read(new EngineMemory({ mem: bytes, granary_input() {} }, 0), bytes.byteOffset, bytes.length);
}

/** What came of a call, for the verb that made it and is run again. */
export class Answer {
  readonly question: Question;
  readonly rows: ReceivedRows;
  /** What edition of the records it is of. */
  readonly edition: number;
  /** For that call, and for the one that always follows it. */
  readonly #outcomes: Outcome[];
  #asked: Verb | undefined;

  constructor(question: Question, outcomes: readonly Outcome[], rows: ReceivedRows, edition: number) {
    this.question = question;
    this.rows = rows;
    this.edition = edition;
    this.#asked = question.verb;
    this.#outcomes = [...outcomes];
  }

  /** The outcome of the next call, once. */
  next(verb: Verb): Outcome | undefined {
    if (this.#asked && verb !== this.#asked) return undefined;
    this.#asked = undefined;
    return this.#outcomes.shift();
  }
}
