// Sync with the GraphQL interface of graphql.mjs.

import type { Change, Mutation, MutationResult, Remote } from 'granary';

interface Note { readonly id: string; readonly version: number; readonly deleted: boolean; readonly text: string | null; readonly votes: number | null }
interface Page { readonly notes: readonly Note[]; readonly next: number; readonly more: boolean }
interface Outcome { readonly status: 'applied' | 'conflict' | 'rejected'; readonly notes: readonly Note[]; readonly message?: string; readonly field?: string }

const NOTE = 'id version deleted text votes';
const CHANGES = `query ($since: Int!, $limit: Int!) { changes(since: $since, limit: $limit) { notes { ${NOTE} } next more } }`;
const CHANGE = `mutation ($id: ID!, $operations: [Operation!]!) {
  change(id: $id, operations: $operations) { status notes { ${NOTE} } message field }
}`;

/** A note of the interface as a change of the store. */
const changeOf = ({ version, deleted, ...data }: Note): Change => ({ model: 'Note', id: data.id, version: String(version), ...(deleted ? { deleted } : { data }) });

export function graphqlRemote(url: string): Remote {
  /** What fails here ends the whole call, and the store keeps everything: only an outcome is an answer about a change. */
  async function ask<T>(query: string, variables: object, signal: AbortSignal): Promise<T> {
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query, variables }), signal });
    if (!response.ok) throw Object.assign(new Error(`the server answered ${response.status}`), { status: response.status });
    const { data, errors } = await response.json() as { data?: T; errors?: { message: string; extensions?: { code?: string } }[] };
    const [error] = errors ?? [];
    if (error) throw Object.assign(new Error(error.message), { status: error.extensions?.code === 'UNAUTHENTICATED' ? 401 : 500 });
    return data!;
  }

  async function send({ id, ops }: Mutation, signal: AbortSignal): Promise<MutationResult> {
    const operations = ops.map(({ op, id, base, data }) => ({ op, id, base, data }));
    const { change } = await ask<{ change: Outcome }>(CHANGE, { id, operations }, signal);
    const { status, notes, message = '', field = '' } = change;
    if (status === 'rejected') return { id, status, error: { code: 'INVALID', message, field } };
    return { id, status, records: notes.map(changeOf) };
  }

  return {
    async pull({ checkpoint, limit }, { signal }) {
      const { changes } = await ask<{ changes: Page }>(CHANGES, { since: checkpoint ?? 0, limit }, signal);
      return { changes: changes.notes.map(changeOf), checkpoint: changes.next, more: changes.more };
    },

    async push({ mutations }, { signal }) {
      const results: MutationResult[] = [];
      for (const mutation of mutations) results.push(await send(mutation, signal));
      return { results };
    },
  };
}
