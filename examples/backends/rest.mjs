// Notes behind a plain REST interface, as a backend may have had them for years:
//
//   GET    /notes?since=7&limit=100   what was changed behind that version, oldest first
//   POST   /notes                     makes a note
//   PATCH  /notes/:id                 changes the fields that it names
//   DELETE /notes/:id
//
// A note's version is its ETag. Who sends If-Match gets 412 and the present note when
// that is another one. Who sends an Idempotency-Key gets the same answer for the same
// key. Everything is in memory here; in a database the note, the counter and the key
// are written in one transaction.

import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

const MAX_TEXT = 200; // characters

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST, PATCH, DELETE',
  'access-control-allow-headers': 'content-type, if-match, idempotency-key',
  'access-control-expose-headers': 'etag',
};

export function serve({ port = 0 } = {}) {
  const notes = new Map(); // by id, the youngest version last; those that are deleted stay as such
  const answers = new Map(); // by key
  let version = 0;

  function put(note) {
    notes.delete(note.id);
    notes.set(note.id, { ...note, version: ++version });
    return notes.get(note.id);
  }

  const found = (status, note) => ({ status, etag: note.version, body: note });
  const refused = (status, message, field) => ({ status, body: { message, field } });

  function list(query) {
    const since = Number(query.get('since') ?? 0);
    const limit = Number(query.get('limit') ?? 100);
    const changed = [...notes.values()].filter((note) => note.version > since);
    const page = changed.slice(0, limit);
    const more = page.length < changed.length;
    return { status: 200, body: { notes: page, next: more ? page.at(-1).version : version, more } };
  }

  /** Answers a request that changes something. */
  function change(method, id, match, fields) {
    const before = notes.get(id);
    if (before && match && match !== `"${before.version}"`) return found(412, before);
    if (method === 'DELETE') return before && !before.deleted ? found(200, put({ id, deleted: true })) : { status: 404 };
    if (method === 'POST' && before && !before.deleted) return found(412, before);
    if (method === 'PATCH' && (!before || before.deleted)) return { status: 404 };
    const { text, votes = null, ...others } = { ...(before?.deleted ? {} : before), ...fields };
    if (typeof text !== 'string' || text.length > MAX_TEXT) return refused(422, `must be a text of at most ${MAX_TEXT} characters`, 'text');
    if (votes !== null && !Number.isInteger(votes)) return refused(422, 'must be a whole number', 'votes');
    const [unknown] = Object.keys(others).filter((name) => name !== 'id' && name !== 'version');
    if (unknown) return refused(422, 'there is no such field', unknown);
    return found(method === 'POST' ? 201 : 200, put({ id, text, votes }));
  }

  async function answer(request) {
    const { pathname, searchParams } = new URL(request.url, 'http://localhost');
    const [, notes, path] = pathname.split('/');
    if (notes !== 'notes') return { status: 404 };
    if (request.method === 'GET') return list(searchParams);
    if (!['POST', 'PATCH', 'DELETE'].includes(request.method)) return { status: 405 };
    const fields = request.method === 'DELETE' ? {} : await json(request);
    const id = path ? decodeURIComponent(path) : fields.id;
    if (typeof id !== 'string' || !id) return refused(400, 'must be a text', 'id');
    const key = request.headers['idempotency-key'];
    const known = key && answers.get(key);
    if (known) return known;
    const result = change(request.method, id, request.headers['if-match'], fields);
    if (key) answers.set(key, result);
    return result;
  }

  const server = createServer(async (request, response) => {
    const { status, etag, body } = request.method === 'OPTIONS' ? { status: 204 } : await answer(request).catch(() => refused(400, 'is no JSON', 'body'));
    response.writeHead(status, { ...CORS, 'content-type': 'application/json', ...(etag && { etag: `"${etag}"` }) });
    response.end(body && JSON.stringify(body));
  });
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const server = await serve({ port: Number(process.argv[2] ?? 8788) });
  console.log(`http://127.0.0.1:${server.address().port}/notes`);
}
