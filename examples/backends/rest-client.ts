// Sync with the REST interface of rest.mjs.

import type { Change, MutationResult, Op, Remote } from 'granary';

interface Note { readonly id: string; readonly version: number; readonly deleted?: boolean; readonly text?: string; readonly votes?: number | null }
interface Page { readonly notes: readonly Note[]; readonly next: number; readonly more: boolean }

/** A version that no note has. */
const NONE = 0;
const METHODS = { create: 'POST', update: 'PATCH', delete: 'DELETE' };

/** A note of the interface as a change of the store, and the other way round. */
const changeOf = ({ version, deleted, ...data }: Note): Change => ({ model: 'Note', id: data.id, version, ...(deleted ? { deleted } : { data }) });

/** What is no answer about a note ends the whole call: the store keeps everything, and does as the status says. */
const failed = ({ status, headers }: Response) => Object.assign(new Error(`the server answered ${status}`), { status, retryAfter: Number(headers.get('retry-after') ?? NaN) });

export function restRemote(base: string): Remote {
  const made = new Map<string, number>(); // versions, by the mutation that made them and the note

  /** Makes one change; undefined when all is well. */
  async function send(mutation: string, { op, id, base: seen, data }: Op, key: string, signal: AbortSignal): Promise<Partial<MutationResult> | Change> {
    // "@…" is what that mutation made. If it was not applied, or this page does not know, the server is to say what it has.
    const version = typeof seen === 'string' ? made.get(`${seen.slice(1)} ${id}`) ?? NONE : seen;
    const response = await fetch(op === 'create' ? base : `${base}/${encodeURIComponent(String(id))}`, {
      method: METHODS[op],
      headers: { 'content-type': 'application/json', 'idempotency-key': key, ...(version !== undefined && { 'if-match': `"${version}"` }) },
      ...(data && { body: JSON.stringify({ ...data, id }) }),
      signal,
    });
    switch (response.status) {
      case 200:
      case 201: {
        const note = await response.json() as Note;
        made.set(`${mutation} ${id}`, note.version);
        return { model: 'Note', id, version: note.version };
      }
      case 404:
        return op === 'delete' ? { model: 'Note', id, deleted: true } : { status: 'conflict', records: [{ model: 'Note', id, deleted: true }] };
      case 412:
        return { status: 'conflict', records: [changeOf(await response.json() as Note)] };
      case 400:
      case 422: {
        const { message, field } = await response.json() as { message: string; field: string };
        return { status: 'rejected', error: { code: 'INVALID', message, field } };
      }
      default:
        throw failed(response);
    }
  }

  return {
    async pull({ checkpoint, limit }, { signal }) {
      const response = await fetch(`${base}?since=${checkpoint ?? 0}&limit=${limit}`, { signal });
      if (!response.ok) throw failed(response);
      const { notes, next, more } = await response.json() as Page;
      return { changes: notes.map(changeOf), checkpoint: next, more };
    },

    async push({ mutations }, { signal }) {
      const results: MutationResult[] = [];
      for (const { id, ops } of mutations) {
        const records: Change[] = [];
        let result: MutationResult = { id, status: 'applied', records };
        for (const [i, op] of ops.entries()) {
          const outcome = await send(id, op, `${id}/${i}`, signal);
          if ('model' in outcome) records.push(outcome);
          else {
            result = { id, ...outcome } as MutationResult;
            break;
          }
        }
        results.push(result);
      }
      return { results };
    },
  };
}
