// The worker of sqlite-wasm.js: one database, its statements prepared once.

import initialize from '@sqlite.org/sqlite-wasm';
import { SCHEMA } from './sql.js';

// The other ways to OPFS start workers of their own, which nobody here asks for.
globalThis.sqlite3ApiConfig = { disable: { vfs: { kvvfs: true, opfs: true, 'opfs-vfs': true, 'opfs-wl': true } } };

let pool;
let db;
const statements = new Map();

const verbs = {
  async open(database) {
    const sqlite3 = await initialize();
    pool = await sqlite3.installOpfsSAHPoolVfs({});
    db = new pool.OpfsSAHPoolDb(`/${database}.sqlite3`);
    // One connection alone, which is what the write-ahead log asks for where no memory is shared.
    db.exec('pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = normal; pragma foreign_keys = on');
    db.exec(SCHEMA);
  },

  close() {
    for (const statement of statements.values()) statement.finalize();
    db.close();
    pool.pauseVfs();
  },

  all(sql, bind) {
    const statement = prepared(sql);
    if (bind.length > 0) statement.bind(bind);
    const rows = [];
    while (statement.step()) rows.push(statement.get({}));
    statement.reset();
    return rows;
  },

  run(sql, bind) {
    prepared(sql).bind(bind).stepReset();
  },

  insert(data) {
    db.transaction(() => {
      for (const [table, rows] of Object.entries(data)) {
        const names = Object.keys(rows[0]);
        const statement = prepared(`insert into ${table} (${names.map((name) => `"${name}"`)}) values (${names.map(() => '?')})`);
        for (const row of rows) statement.bind(names.map((name) => row[name])).stepReset();
      }
    });
  },
};

function prepared(sql) {
  if (!statements.has(sql)) statements.set(sql, db.prepare(sql));
  return statements.get(sql);
}

let turn = Promise.resolve();

onmessage = ({ data: { id, verb, args } }) => {
  turn = turn.then(async () => {
    try {
      postMessage({ id, answer: await verbs[verb](...args) });
    } catch (error) {
      postMessage({ id, error: String(error?.message ?? error) });
    }
  });
};
