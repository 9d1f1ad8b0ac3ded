import type { Change, MutationResult, Op, PullAnswer, PullRequest, PushAnswer, PushRequest } from 'granary';

/** Versions of a backend count from 1. */
type Row = Change & { readonly version: number };

/**
 * A backend as an app may have one in a page of code: rows with versions, and the
 * ids of mutations that it has seen. It refuses texts that are `bad`, and a change
 * that goes by an older version is a conflict.
 */
export class Backend {
  readonly rows = new Map<string, Row>();
  readonly pulls: PullRequest[] = [];
  readonly pushes: PushRequest[] = [];
  /** What is done before a call is answered. */
  before: (call: 'pull' | 'push') => unknown = () => undefined;
  readonly #seen = new Map<string, MutationResult>();
  #version = 0;

  readonly pull = async (request: PullRequest): Promise<PullAnswer> => {
    this.pulls.push(request);
    await this.before('pull');
    const after = Number(request.checkpoint ?? 0);
    const changes = [...this.rows.values()].filter(({ model, version }) => version > after && request.models.includes(model))
      .sort((a, b) => a.version - b.version);
    const page = changes.slice(0, request.limit);
    const more = page.length < changes.length;
    return { changes: page, checkpoint: more ? page.at(-1)!.version : this.#version, more };
  };

  readonly push = async (request: PushRequest): Promise<PushAnswer> => {
    this.pushes.push(request);
    await this.before('push');
    return { results: request.mutations.map(({ id, ops }) => {
      const result = this.#seen.get(id) ?? this.#judge(id, ops);
      this.#seen.set(id, result);
      return result;
    }) };
  };

  /** Writes a record as somebody else would. */
  write(model: string, id: unknown, data: object | null): void {
    const before = this.rows.get(keyOf(model, id))?.data;
    const change = data ? { data: { ...before, ...data } } : { deleted: true };
    this.rows.set(keyOf(model, id), { model, id, version: ++this.#version, ...change });
  }

  data(model: string, id: unknown): Readonly<Record<string, unknown>> | undefined {
    return this.rows.get(keyOf(model, id))?.data;
  }

  #judge(id: string, ops: readonly Op[]): MutationResult {
    if (ops.some(({ data }) => data?.['text'] === 'bad')) {
      return { id, status: 'rejected', error: { code: 'forbidden', message: 'says something bad', field: 'text' } };
    }
    const stale = ops.filter((op) => {
      const row = this.rows.get(keyOf(op.model, op.id));
      return row && typeof op.base === 'number' && op.base !== row.version;
    });
    if (stale.length > 0) return { id, status: 'conflict', records: stale.map((op) => this.rows.get(keyOf(op.model, op.id))!) };
    return { id, status: 'applied', records: ops.map((op) => {
      this.write(op.model, op.id, op.op === 'delete' ? null : op.data!);
      return { model: op.model, id: op.id, version: this.#version };
    }) };
  }
}

const keyOf = (model: string, id: unknown) => JSON.stringify([model, id]);
