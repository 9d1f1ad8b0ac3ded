// Notes behind GraphQL. One mutation takes a list of operations, applies them all or
// none, and knows its id again. Everything is in memory here; in a database the notes,
// the counter and the outcome are written in one transaction.

import { buildSchema, graphql } from 'graphql';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

const MAX_TEXT = 200; // characters

const schema = buildSchema(`
  type Query {
    "What was changed behind a version, oldest first."
    changes(since: Int! = 0, limit: Int! = 100): Page!
  }

  type Mutation {
    "All of the operations or none. The same id again gets the same outcome."
    change(id: ID!, operations: [Operation!]!): Outcome!
  }

  type Note { id: ID! version: Int! deleted: Boolean! text: String votes: Int }
  type Page { notes: [Note!]! next: Int! more: Boolean! }

  enum Verb { create update delete }
  "A base is the version that was seen last, or @ and the id of the change that made it."
  input Operation { op: Verb!, id: ID!, base: String, data: Fields }
  "Fields that are left out stay as they are."
  input Fields { id: ID, text: String, votes: Int }

  enum Status { applied conflict rejected }
  type Outcome { status: Status! notes: [Note!]! message: String field: String }
`);

/** Why a change is not made. */
class Refusal extends Error {
  constructor(outcome) {
    super(outcome.message);
    this.outcome = { notes: [], ...outcome };
  }
}

export function serve({ port = 0 } = {}) {
  const notes = new Map(); // by id, the youngest version last
  const outcomes = new Map(); // by the id of a change
  let version = 0;

  /** The version that a change made of a note; none when it was not applied, and who goes by it is in conflict. */
  const versionOf = (id, outcome) => (outcome?.status === 'applied' ? outcome.notes.find((note) => note.id === id)?.version : undefined);

  /** An operation on top of those before it. */
  function apply({ op, id, base, data }, draft) {
    const before = draft.get(id) ?? notes.get(id);
    const [, made] = /^@(.*)/.exec(base ?? '') ?? [];
    const seen = made ? versionOf(id, outcomes.get(made)) : base;
    if (before?.version && base && Number(seen) !== before.version) throw new Refusal({ status: 'conflict', notes: [before] });
    if (op === 'delete') return draft.set(id, { id, deleted: true });
    if (op === 'update' && (!before || before.deleted)) throw new Refusal({ status: 'conflict', notes: [before ?? { id, version: 0, deleted: true }] });
    const note = { votes: null, ...before, ...data, id, deleted: false };
    if (typeof note.text !== 'string' || note.text.length > MAX_TEXT) {
      throw new Refusal({ status: 'rejected', message: `must be a text of at most ${MAX_TEXT} characters`, field: 'text' });
    }
    draft.set(id, { ...note, version: undefined });
  }

  function judge(operations) {
    const draft = new Map();
    try {
      for (const operation of operations) apply(operation, draft);
    } catch (refusal) {
      if (refusal instanceof Refusal) return refusal.outcome;
      throw refusal;
    }
    for (const [id, note] of draft) {
      notes.delete(id);
      notes.set(id, { ...note, version: ++version });
    }
    return { status: 'applied', notes: [...draft.keys()].map((id) => notes.get(id)) };
  }

  const rootValue = {
    changes({ since, limit }) {
      const changed = [...notes.values()].filter((note) => note.version > since);
      const page = changed.slice(0, limit);
      const more = page.length < changed.length;
      return { notes: page, next: more ? page.at(-1).version : version, more };
    },
    change({ id, operations }) {
      if (!outcomes.has(id)) outcomes.set(id, judge(operations));
      const outcome = outcomes.get(id);
      return { ...outcome, notes: outcome.notes.map((note) => notes.get(note.id) ?? note) }; // as they are by now
    },
  };

  const server = createServer(async (request, response) => {
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-allow-headers', 'content-type');
    if (request.method !== 'POST') return response.writeHead(request.method === 'OPTIONS' ? 204 : 405).end();
    try {
      const { query, variables } = await json(request);
      const result = await graphql({ schema, rootValue, source: String(query), variableValues: variables });
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
    } catch {
      response.writeHead(400).end();
    }
  });
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const server = await serve({ port: Number(process.argv[2] ?? 8789) });
  console.log(`http://127.0.0.1:${server.address().port}`);
}
