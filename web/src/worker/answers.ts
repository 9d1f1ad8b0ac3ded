// Where the rows stand in answers of the engine; wasm/doc.go has the forms.

import type { IncludeJSON } from '../include.js';

/** The states of rows of one model that an answer names: pairs of row and version. */
export interface Named {
  readonly model: number;
  readonly epoch: number;
  readonly pairs: Uint32Array;
}

/** What is asked of a model, and whether the answer is a tree. */
export interface Question {
  readonly model: number;
  readonly include?: readonly IncludeJSON[] | undefined;
}

/** Stands for all rows of the answer before. */
const EVERYTHING = 0xffff_ffff;
/** Says that granary_groups has the answer. */
const ELSEWHERE = EVERYTHING - 1;

/** An epoch and pairs, from some position to the end. */
export function flat(answer: Uint32Array, at: number, model: number, end = answer.length): Named[] {
  return [{ model, epoch: answer[at]!, pairs: answer.subarray(at + 1, end) }];
}

/** The rows of an answer with relations, which stand before its levels. */
export function tree(answer: Uint32Array, at: number): Named[] {
  return models(answer, at)[0];
}

function models(answer: Uint32Array, at: number): [named: Named[], end: number] {
  const named: Named[] = [];
  for (let left = answer[at++]!; left > 0; left--) {
    const [model, count, epoch] = answer.subarray(at, at + 3) as unknown as [number, number, number];
    at += 3;
    named.push({ model, epoch, pairs: answer.subarray(at, (at += 2 * count)) });
  }
  return [named, at];
}

/** Where the levels end that begin at some position. */
function afterLevel(answer: Uint32Array, at: number, include: readonly IncludeJSON[] = []): number {
  const count = answer[at]!;
  at += 1 + count;
  for (const { include: below } of include) {
    at = afterLevel(answer, at, below);
    for (let i = 0; i < count; i++) at += 1 + answer[at]!;
  }
  return at;
}

/** What is told of one live query. */
export interface Change {
  readonly live: number;
  readonly numbers: Uint32Array;
  /** Whether granary_groups has the rest. */
  readonly elsewhere: boolean;
  readonly named: readonly Named[];
}

/** Takes news apart by live query. */
export function changes(news: Uint32Array, questions: ReadonlyMap<number, Question>): Change[] {
  const all: Change[] = [];
  for (let at = 0; at < news.length; ) {
    const start = at;
    const live = news[at]!;
    const [removals, insertions, updates, moves] = news.subarray(at + 2, at + 6) as unknown as [number, number, number, number];
    let named: Named[] = [];
    const elsewhere = removals === ELSEWHERE;
    if (elsewhere) at += 3;
    else {
      at += 6 + (removals === EVERYTHING ? 0 : removals + insertions + updates + moves);
      const { model, include } = questions.get(live)!;
      if (include?.length) {
        const [rows, end] = models(news, at);
        named = rows;
        at = afterLevel(news, end, include);
      } else named = flat(news, at, model, (at += 1 + 2 * (insertions + updates)));
    }
    all.push({ live, numbers: news.slice(start, at), elsewhere, named });
  }
  return all;
}
