import type { Aggregate, Average, GroupBy, LiveGroupBy, Sum } from './aggregate-types.js';
import { hostOf } from './engines.js';
import { ErrorCode, GranaryError } from './errors.js';
import type { DynamicModels, ModelClasses } from './model-types.js';
import type { StoreEvent } from './event-types.js';
import { events } from './events.js';
import { late, lateSoon } from './load-late.js';
import { liveVerbs } from './live-verbs.js';
import type { Observable } from './observable.js';
import { observe } from './observe.js';
import { whenLoaded } from './loading.js';
import { json } from './reading.js';
import type { CompiledSchema } from './schema.js';
import type { ExportOptions, ImportOptions, ImportReport, ImportSource, RepairReport } from './transfer-types.js';
import { Session, type Opened } from './session.js';
import { storeVerbs } from './store-verbs.js';
import type { Sync, SyncOptions, SyncState } from './sync-types.js';
import type { Migrations } from './migration-types.js';
import type { RunTransaction, TransactionOptions } from './transaction-types.js';
import type { CheckReport, Count, Delete, DeleteAll, Estimate, Live, LiveCount, Observe, Query, Save, SaveAll, Stats } from './verbs.js';
import type { WasmSource } from './wasm-source.js';

/** What {@link DataStore.open} takes. */
export interface OpenOptions<M extends object = DynamicModels> {
  /** Names the store within the origin; the same name opens the same data. */
  readonly name: string;
  /**
   * The models: SDL text, or the compiled schema that `wasmbuild schema` writes,
   * which spares the page the parser.
   */
  readonly schema: string | CompiledSchema;
  /**
   * Where records are kept: in IndexedDB, or in memory until the store is closed. Left
   * out: in IndexedDB, or in memory when the browser has none for this page, which
   * `store.storage` and an event STORAGE say.
   */
  readonly storage?: 'indexeddb' | 'memory' | undefined;
  /**
   * What to do when stored bytes are damaged: `fail` (the default) rejects with
   * CORRUPT and leaves all as it is; `repair` reads all of it,
   * does what {@link DataStore.repair} does if it must, and tells of that by an event
   * REPAIRED.
   */
  readonly onDamage?: 'fail' | 'repair' | undefined;
  /**
   * What a resolved save promises: `relaxed` (the default) survives a crash of tab
   * and browser, `strict` a power cut too and costs about a millisecond more.
   */
  readonly durability?: 'relaxed' | 'strict' | undefined;
  /**
   * The version of the records, a positive integer; 1 unless told otherwise. Raise it
   * when stored records do not fit a new schema as they are, or their meaning changes.
   */
  readonly version?: number | undefined;
  /**
   * What brings records of older versions to this one: a function for each version,
   * which finds them as that of the version before has left them. The functions of
   * all versions after the stored one run in order, as one commit: all or nothing,
   * once in effect whatever other tabs do, and again at the next open when the page
   * ends before.
   */
  readonly migrate?: Migrations<M> | undefined;
  /**
   * Whether the records are read into memory behind the opening: `all`, `none`, or
   * all of a store that has so many bytes at most, which is the default with 64 MiB.
   * A model that is not in memory is read when something first needs it, and a record
   * by its key without its model.
   */
  readonly preload?: 'all' | 'none' | number | undefined;
  /**
   * The engine's WebAssembly, or its address, when it does not stand beside this
   * package's code. Stores share an engine when they are given the same address or
   * the same object; keep a function in a constant for that.
   */
  readonly wasm?: WasmSource | undefined;
  /**
   * Where the engine runs: `page` (the default), or `worker`, which keeps its work off
   * the page's thread; a function makes the Worker, of `granary/worker.js`. A page that can
   * start none runs the engine itself, which an event HOST says.
   */
  readonly host?: 'page' | 'worker' | (() => Worker) | undefined;
  /** What to sync with, and how; the store stays on its own without it. */
  readonly sync?: SyncOptions<M> | undefined;
}

/** Verbs of a store that are late.js's, with the same name. */
const LATE_VERBS = 'check estimate export exportStream import persist stats status sync transaction'.split(' ');

/** Gives an object members without assigning them, which setters planted on Object.prototype would see. */
const give = (to: object, members: object) => Object.defineProperties(to, Object.getOwnPropertyDescriptors(members));

type Late = (verb: string, ...args: unknown[]) => unknown;
type Verbs = Readonly<Record<string, (...args: unknown[]) => unknown>>;

/** The stores that are open, the latest last. */
const open = new Set<DataStore<object>>();

/**
 * An open store. Its verbs can be taken from it: `const { save, query } = store`.
 * The static verbs do the same on the store that a record or model belongs to.
 *
 * `M` maps model names to the interfaces of their records. Without it records are
 * {@link DynamicRecord}s, whose fields have the type unknown.
 *
 * @example
 * interface Post { readonly id: string; readonly title: string; readonly comments: Collection<Comment> }
 * interface Comment { readonly id: string; readonly content: string | null; readonly post: Lazy<Post> }
 *
 * const store = await DataStore.open<{ Post: Post; Comment: Comment }>({ name: 'blog', schema: sdl });
 * const { Post, Comment } = store.models;
 * const post = await store.save(new Post({ title: 'hello' }));
 * await store.save(new Comment({ content: 'first', post }));
 * const comments = await store.query(Comment, (c) => c.post.id.eq(post.id));
 */
export class DataStore<M extends object = DynamicModels> {
  /** The name that the store was opened with. */
  declare readonly name: string;
  /** The classes of the models by name, those generated for many-to-many relations too. */
  declare readonly models: ModelClasses<M>;
  /** The enums of the schema by name, each with its values: `store.enums.PostStatus.ACTIVE`. */
  declare readonly enums: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Where records are kept. */
  declare readonly storage: 'indexeddb' | 'memory';
  /** The compiled schema. */
  declare readonly schema: CompiledSchema;

  /** Saves one record. */
  declare readonly save: Save;
  /** Saves several records in one commit. */
  declare readonly saveAll: SaveAll;
  /** Reads records. */
  declare readonly query: Query;
  /** Follows the answer to a query. */
  declare readonly live: Live;
  /** As {@link DataStore.live}, by the name that it has in Amplify DataStore. */
  declare readonly observeQuery: Live;
  /** Follows the number of records. */
  declare readonly liveCount: LiveCount;
  /** Follows groups of records. */
  declare readonly liveGroupBy: LiveGroupBy;
  /** Counts records without reading them. */
  declare readonly count: Count;
  /** Adds up a field. */
  declare readonly sum: Sum;
  /** The mean of a field. */
  declare readonly avg: Average;
  /** The least value of a field. */
  declare readonly min: Aggregate;
  /** The greatest value of a field. */
  declare readonly max: Aggregate;
  /** Puts records into groups and works something out of each, without reading them. */
  declare readonly groupBy: GroupBy;
  /** Deletes records and what the schema says goes with them. */
  declare readonly delete: Delete;
  /** Deletes several records in one commit. */
  declare readonly deleteAll: DeleteAll;
  /** Tells of each commit that changes records. */
  declare readonly observe: Observe;
  /** Makes several verbs one commit. */
  declare readonly transaction: RunTransaction;

  /**
   * Writes the store as lines of JSON, one a record: everything that is in storage at
   * one moment. Commits that come meanwhile do not show.
   */
  declare readonly export: (options?: ExportOptions) => Promise<Blob>;
  /** As {@link DataStore.export}, in pieces that are made as the reader takes them. */
  declare readonly exportStream: (options?: ExportOptions) => Promise<ReadableStream<Uint8Array<ArrayBuffer>>>;
  /**
   * Reads what `export` wrote and stores it in one commit: all of it, or nothing when
   * anything is wrong, and then `details.line` says where. Rejects with LIMIT when it
   * is more than one commit takes.
   */
  declare readonly import: (source: ImportSource, options?: ImportOptions) => Promise<ImportReport>;
  /** Tests every invariant of the store: keys, indexes, relations, stored bytes. It reads everything. */
  declare readonly check: () => Promise<CheckReport>;
  /** Tells how many rows and bytes there are. */
  declare readonly stats: () => Promise<Stats>;
  /**
   * Asks the browser to keep the site's data when the device runs out of room, and
   * resolves with whether it will. Some browsers ask the user.
   */
  declare readonly persist: () => Promise<boolean>;
  /** Tells how much room the browser gives the site, and whether it keeps the data. */
  declare readonly estimate: () => Promise<Estimate>;
  /**
   * Begins to sync with a server, or with functions of the app, and resolves with what
   * tells of it and directs it; without options with that of the sync which there is.
   */
  declare readonly sync: (options?: SyncOptions<M>) => Promise<Sync<M>>;
  /** How the sync goes, as its own `status` says; undefined in a store that does not sync. */
  declare readonly status: () => Promise<SyncState | undefined>;

  readonly #session: Session;

  private constructor(session: Session) {
    const { name, bindings, storage, graph: { compiled: schema } } = session;
    this.#session = session;
    give(this, {
      name,
      models: byName([...bindings].map(([model, { Class }]) => [model, Class])),
      enums: byName(schema.enums.map((e) => [e.name, byName(e.values.map((v) => [v, v]))])),
      storage,
      schema,
      observe: (...args: unknown[]) => observe(session, args),
      ...storeVerbs(session),
      ...liveVerbs(session),
      ...Object.fromEntries(LATE_VERBS.map((verb) => [verb, (late as Late).bind(undefined, verb, session)])),
    });
  }

  /**
   * Opens a store, and makes it when there is none of that name. Rejects with
   * SCHEMA when the schema has faults, WASM when the engine cannot be loaded,
   * UNAVAILABLE when the browser gives no storage and `storage: 'indexeddb'` asks for it.
   */
  static async open<M extends object = DynamicModels>(options: OpenOptions<M>): Promise<DataStore<M>> {
    const { name, schema, storage, durability, onDamage, preload, wasm, version, migrate, sync, host: where = 'page' } = options ?? {};
    const right = typeof name === 'string' && name !== ''
      && (typeof schema === 'string' ? schema.trim() !== '' : schema?.granary === 1 && 'models' in schema)
      && CHOICES.test([storage, durability, onDamage, preload, where].join());
    if (!right) await late('checkOptions', options); // it has the words for what is wrong
    const host = where === 'page' ? hostOf(schema, wasm) : await late('workerHost', options);
    const engine = await host.engine;
    const opening = {
      name, schema, storage, strict: durability === 'strict', onDamage, preload, version, migrate: migrate && Object.keys(migrate).map(Number),
    };
    const opened = await engine.callLater('open', [], opening, json) as Opened;
    if (engine.dead) throw engine.dead;
    const session = new Session(host, engine, opening, opened);
    try {
      if (opened.migration) await late('migrate', session, opened.migration, migrate as unknown as Migrations);
      if (sync) await late('sync', session, sync as SyncOptions, true);
    } catch (error) {
      session.end(error as GranaryError);
      throw error;
    }
    const store = new DataStore<M>(session);
    open.add(store);
    session.leave.push(() => open.delete(store));
    lateSoon();
    return store;
  }

  /** Removes the database of that name with all it holds. No store may have it open. */
  declare static readonly destroy: (name: string, options?: Pick<OpenOptions, 'wasm'>) => Promise<void>;

  /**
   * Makes a store of IndexedDB whole again that fails to open with CORRUPT. What is
   * damaged is set aside, the rest is kept; the report says what became of each
   * model's records. Of a whole store nothing is changed. No page may have it open.
   */
  declare static readonly repair: (options: Pick<OpenOptions, 'name' | 'schema' | 'version' | 'wasm' | 'host'>) => Promise<RepairReport>;

  /** As {@link DataStore.save}, on the store that the record belongs to. */
  declare static readonly save: Save;
  /** As {@link DataStore.saveAll}, on the store that the first record belongs to. */
  declare static readonly saveAll: SaveAll;
  /** As {@link DataStore.query}, on the store that the model belongs to. */
  declare static readonly query: Query;
  /** As {@link DataStore.observe}, on the store that the record or model belongs to, or the one that was opened last. */
  declare static readonly observe: Observe;
  /** As {@link DataStore.live}, on the store that the model belongs to. */
  declare static readonly live: Live;
  /** As {@link DataStore.live}, by the name that it has in Amplify DataStore. */
  declare static readonly observeQuery: Live;
  /** As {@link DataStore.liveCount}, on the store that the model belongs to. */
  declare static readonly liveCount: LiveCount;
  /** As {@link DataStore.liveGroupBy}, on the store that the model belongs to. */
  declare static readonly liveGroupBy: LiveGroupBy;
  /** As {@link DataStore.count}, on the store that the model belongs to. */
  declare static readonly count: Count;
  /** As {@link DataStore.sum}, on the store that the model belongs to. */
  declare static readonly sum: Sum;
  /** As {@link DataStore.avg}, on the store that the model belongs to. */
  declare static readonly avg: Average;
  /** As {@link DataStore.min}, on the store that the model belongs to. */
  declare static readonly min: Aggregate;
  /** As {@link DataStore.max}, on the store that the model belongs to. */
  declare static readonly max: Aggregate;
  /** As {@link DataStore.groupBy}, on the store that the model belongs to. */
  declare static readonly groupBy: GroupBy;
  /** As {@link DataStore.delete}, on the store that the record or model belongs to. */
  declare static readonly delete: Delete;

  /** As {@link DataStore.deleteAll}, on the store that the first record or the model belongs to. */
  declare static readonly deleteAll: DeleteAll;

  static {
    give(this, {
      observe: (...args: unknown[]) => observe(args.length > 0 ? undefined : lastOpened('observe').#session, args),
      ...storeVerbs(undefined),
      ...liveVerbs(undefined),
    });
    for (const verb of [...LATE_VERBS, 'clear', 'close']) {
      give(this, { [verb]: async (...args: unknown[]) => (lastOpened(verb) as unknown as Verbs)[verb]!(...args) });
    }
    for (const verb of ['destroy', 'repair']) give(this, { [verb]: (late as Late).bind(undefined, verb) });
  }

  /** As {@link DataStore.transaction}, on the store that is open. When several are, it must be called on one of them. */
  static readonly transaction = (async (fn, options?: TransactionOptions) => {
    const session = lastOpened('transaction').#session;
    return late('transaction', open.size > 1 ? open.size : session, fn, options);
  }) as RunTransaction;

  /** Tells what becomes of all stores of the page, those too that are being opened. */
  static events(): Observable<StoreEvent> {
    return events();
  }

  /** Clears the store that was opened last and is still open. */
  declare static readonly clear: () => Promise<void>;
  /** Closes the store that was opened last and is still open. */
  declare static readonly close: () => Promise<void>;
  /** Checks the store that was opened last and is still open. */
  declare static readonly check: () => Promise<CheckReport>;
  /** Tells how many rows and bytes the store has that was opened last and is still open. */
  declare static readonly stats: () => Promise<Stats>;
  /** As {@link DataStore.persist}, on the store that was opened last and is still open. */
  declare static readonly persist: () => Promise<boolean>;
  /** As {@link DataStore.estimate}, on the store that was opened last and is still open. */
  declare static readonly estimate: () => Promise<Estimate>;
  /** Exports the store that was opened last and is still open. */
  declare static readonly export: (options?: ExportOptions) => Promise<Blob>;
  /** As {@link DataStore.exportStream}, of the store that was opened last and is still open. */
  declare static readonly exportStream: (options?: ExportOptions) => Promise<ReadableStream<Uint8Array<ArrayBuffer>>>;
  /** Imports into the store that was opened last and is still open. */
  declare static readonly import: (source: ImportSource, options?: ImportOptions) => Promise<ImportReport>;
  /** The sync of the store that was opened last and is still open. */
  declare static readonly sync: (options?: SyncOptions) => Promise<Sync>;
  /** How the sync goes of the store that was opened last and is still open. */
  declare static readonly status: () => Promise<SyncState | undefined>;

  /**
   * Tells what becomes of the store, apart from its records: that the browser emptied
   * it, that storage is full, that the engine was replaced. What happened before
   * anybody listened is told to the first who does. Completes when the store is closed.
   */
  events(): Observable<StoreEvent> {
    return events(this.#session);
  }

  /** Deletes every record of every model. */
  clear(): Promise<void> {
    return whenLoaded(() => this.#session.later('clear'));
  }

  /** Ends the work with the store. What was saved stays; calls from now on fail with CLOSED. */
  close(): Promise<void> {
    return this.#session.close();
  }
}

function lastOpened(op: string): DataStore<object> {
  const last = [...open].at(-1);
  if (last) return last;
  throw new GranaryError(ErrorCode.Closed, `${op}: no store is open; open one with DataStore.open`, { op });
}

/** The options of a few words each, one after the other. */
const CHOICES = /^(indexeddb|memory)?,(relaxed|strict)?,(fail|repair)?,(all|none|\d+)?,(page|worker)?$/;

/** A frozen object without a prototype, so that any name is only a name. */
function byName<V>(entries: readonly (readonly [string, V])[]): Readonly<Record<string, V>> {
  const object = Object.create(null) as Record<string, V>;
  for (const [name, value] of entries) object[name] = value;
  return Object.freeze(object);
}
