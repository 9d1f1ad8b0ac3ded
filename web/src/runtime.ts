import { goConstructor, type GoRuntime } from './assets.js';
import { engineError, ErrorCode, GranaryError, reason, stopped, type ErrorJSON } from './errors.js';
import type { StoreEvent } from './event-types.js';
import { tell } from './events.js';
import { hold, NotLoaded } from './loading.js';
import { EngineMemory } from './memory.js';
import { json, nothing, READING, type Read } from './reading.js';
import { jsonTexts } from './text.js';
import { arrive, faulty, instantiate, type WasmSource } from './wasm-source.js';

/** The exports of the engine; wasm/doc.go says what each takes and answers. */
export interface EngineExports {
  mem: WebAssembly.Memory;
  granary_places(): number;
  granary_input(length: number): void;
  granary_open(op: number, length: number): number;
  granary_construct(store: number, model: number, length: number): number;
  granary_save(store: number, op: number, length: number): number;
  granary_insert(store: number, op: number, model: number, length: number): number;
  granary_delete(store: number, op: number, length: number): number;
  granary_connect(store: number, op: number, model: number, relation: number, length: number): number;
  granary_begin(store: number): number;
  granary_within(transaction: number, verb: number, model: number, relation: number, length: number): number;
  granary_migrated(store: number, op: number, failed: number): number;
  granary_commit(transaction: number, op: number): number;
  granary_rollback(transaction: number): number;
  granary_query(store: number, length: number): number;
  granary_get(store: number, model: number, peeks: number, length: number): number;
  granary_related(store: number, model: number, relation: number, length: number): number;
  granary_rows(store: number, model: number, length: number): number;
  granary_count(store: number, length: number): number;
  granary_group(store: number, verb: number, length: number): number;
  granary_check(store: number, op: number): number;
  granary_live(store: number, length: number): number;
  granary_live_groups(store: number, length: number): number;
  granary_groups(live: number): number;
  granary_unlive(live: number): number;
  granary_news(store: number): number;
  granary_observe(store: number, length: number): number;
  granary_unobserve(observer: number): number;
  granary_events(store: number): number;
  granary_peek(store: number, op: number, model: number, length: number): number;
  granary_load(store: number, op: number, length: number): number;
  granary_stats(store: number): number;
  granary_export(store: number, op: number, length: number): number;
  granary_export_next(store: number, number: number): number;
  granary_import(store: number, mode: number): number;
  granary_import_feed(store: number, number: number, length: number): number;
  granary_import_commit(store: number, op: number, number: number): number;
  granary_transfer_end(store: number, number: number): number;
  granary_repair(op: number, length: number): number;
  granary_clear(store: number, op: number): number;
  granary_close(store: number, op: number): number;
  granary_destroy(op: number, length: number): number;
  granary_sync(store: number, verb: number, length: number): number;
  granary_synced(store: number, op: number, verb: number, length: number): number;
  granary_reply(store: number, op: number, call: number, kind: number, length: number): number;
  granary_wake(store: number): number;
  granary_hurry(store: number): number;
}

/** What goes into the input buffer: text, numbers, bytes, or data that becomes JSON text. */
export type Input = string | object | undefined;

/** The name of an export without the prefix that all share. */
export type Verb = { [K in keyof EngineExports]-?: K extends `granary_${infer V}` ? V : never }[keyof EngineExports];

/** What an engine is asked through, wherever it runs. */
export type Calls = Pick<Engine, 'listeners' | 'dead' | 'edition' | 'call' | 'callLater' | 'nudge'>;

/** Is told when an engine has stopped, and what another one can be made of. */
export type OnCrash = (reason: GranaryError, module: WebAssembly.Module) => void;

/** Is told that there is news of a store, or the event with which it has ended. */
type Listener = (ended?: StoreEvent) => void;

interface Pending {
  readonly verb: Verb;
  finish(status: number, address: number, length: number): void;
  fail(error: GranaryError): void;
}

/** The calls after which others must find what they did. */
const WRITES = /^(save|insert|delete|connect|commit|within)$/;

/** Above it an op says how durable a commit is to be. */
const LAST_OP = 0x1fff_ffff;
const SETTLED_WELL = 0;

/**
 * A running engine. All stores that were opened with the same WebAssembly share
 * one. Once it has stopped, every call fails with RUNTIME_EXITED, and nothing enters
 * it again. So does every promise under way, but those of writes that were begun, of
 * which nobody knows whether they reached storage: they fail with UNKNOWN_OUTCOME.
 */
export class Engine {
  /** By store who is called, from inside the engine, when answers of its live queries may have changed, or it has ended. */
  readonly listeners = new Map<number, Listener>();
  /** Grows whenever what a query answers may be another thing than before. */
  edition = 0;
  /** Is called then, from inside the engine. */
  declare onChanged?: () => void;
  /** What it was made of. */
  compiled!: WebAssembly.Module;
  #exports!: EngineExports;
  #memory!: EngineMemory;
  #kick: () => void = () => {};
  #kicking = false;
  #lastOp = 0;
  #broken = false;
  #dead: GranaryError | undefined;
  #values: readonly unknown[] = [];
  #timers: GoRuntime['_scheduledTimeouts'];
  readonly #pending = new Map<number, Pending>();
  #onCrash: (() => void) | undefined;

  private constructor() {}

  /** Loads and starts an engine. `onCrash` is called once, when it has stopped, with the reason and what another one can be made of. */
  static async start(source: WasmSource, onCrash: OnCrash): Promise<Engine> {
    const engine = new Engine();
    const arriving = arrive(source); // while what runs it is loaded
    arriving.catch(() => {}); // that is awaited below
    const Go = await goConstructor();
    if (!Go) throw await faulty('the class Go', null);
    const go = new Go();
    const key = `granary${Math.random()}`;
    go.argv = ['granary', key];
    go.exit = (code) => engine.#die(`it exited with code ${code}`);
    const { instance, module } = await instantiate(await arriving, { ...go.importObject, granary: engine.#imports() });
    if (!(NEWEST in instance.exports)) throw await faulty('the WebAssembly', { lacks: NEWEST });
    engine.#exports = instance.exports as unknown as EngineExports;
    await engine.#run(go, instance, key);
    engine.#memory = new EngineMemory(engine.#exports, engine.#exports.granary_places());
    engine.compiled = module;
    engine.#onCrash = () => onCrash(engine.#dead!, module);
    return engine;
  }

  /** Why the engine takes no more calls, or undefined while it does. */
  get dead(): GranaryError | undefined {
    if (this.#broken) this.#die();
    return this.#dead;
  }

  /** Makes a call that is answered at once. The length of the input follows the arguments; an export without input ignores it. */
  call<T = undefined>(verb: Verb, args: readonly number[], input?: Input, read: Read<T> = nothing as Read<never>): T {
    const given = typeof input === 'object' && !ArrayBuffer.isView(input) ? jsonTexts(input) : input;
    const call = this.#exports[`granary_${verb}`] as (...args: number[]) => number;
    const n = this.#guard(() => call(...args, this.#write(given)));
    const address = this.#memory.place(2);
    if (n >= 0) return read(this.#memory, address, n);
    const error = engineError(json(this.#memory, address, ~n) as ErrorJSON);
    const lacking = error.details as { store?: number; models: string[] } | undefined;
    if (!lacking?.store) throw error;
    const loading = this.callLater('load', [lacking.store], lacking.models);
    if (WRITES.test(verb)) hold(loading);
    throw new NotLoaded(loading);
  }

  /** Makes a call that ends later. Its number goes in after the first argument, and says how durable a commit is to be. */
  callLater<T = undefined>(
    verb: Verb, args: readonly number[], input?: Input, read: Read<T> = nothing as Read<never>, durability = 0,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const op = this.#nextOp() + durability * (LAST_OP + 1);
      const finish: Pending['finish'] = (status, address, length) => {
        try {
          if (status === SETTLED_WELL) resolve(read(this.#memory, address, length));
          else reject(engineError(json(this.#memory, address, length) as ErrorJSON));
        } catch (cause) {
          reject(cause); // it must not reach the engine, which is the caller
        }
      };
      this.#pending.set(op, { verb, finish, fail: reject });
      try {
        this.call(verb, [...args.slice(0, 1), op, ...args.slice(1)], input);
      } catch (error) {
        this.#pending.delete(op);
        throw error; // inside a promise's function: it rejects
      }
      this.#kickSoon();
    });
  }

  /** Tells the engine something about a store that cannot wait for its turn, and lets it act on that before this returns. */
  nudge(verb: 'wake' | 'hurry', store: number): void {
    this.#enter(() => {
      this.#exports[`granary_${verb}`](store);
      this.#kick();
    });
  }

  #write(input: string | readonly string[] | ArrayBufferView | undefined): number {
    if (!input) return 0;
    if (ArrayBuffer.isView(input)) return this.#memory.writeBytes(new Uint8Array(input.buffer, input.byteOffset, input.byteLength));
    return this.#memory.writeTexts(typeof input === 'string' ? [input] : input);
  }

  /**
   * Runs what enters the engine. Whatever comes out of there as an exception ends it;
   * at the end of the stack nothing may be called, so that is noted without a call.
   */
  #guard<T>(fn: () => T): T {
    if (this.dead) throw this.dead;
    let result: T;
    try {
      result = fn();
    } catch (cause) {
      this.#broken = true;
      this.#die(reason(cause), cause);
      throw this.#dead;
    }
    if (this.dead) throw this.dead; // it exited inside the call; what it answered is worth nothing
    return result;
  }

  /** The same where nobody waits for an answer. */
  #enter(fn: () => void): void {
    try {
      this.#guard(fn);
    } catch {
      // It is dead, which those hear who wait for something.
    }
  }

  #imports(): WebAssembly.ModuleImports {
    return {
      settle: (op: number, status: number, address: number, length: number) => {
        if (!op) return this.#die((json(this.#memory, address, length) as ErrorJSON).message!);
        const pending = this.#pending.get(op);
        this.#pending.delete(op);
        pending?.finish(status, address, length);
      },
      random: (address: number, length: number) => crypto.getRandomValues(this.#memory.view(address, length)),
      now: () => Date.now(),
      changed: () => {
        this.edition++;
        this.onChanged?.();
      },
      news: (store: number) => this.listeners.get(store)?.(),
      notice: (address: number, length: number) => {
        const { error, handle, ...event } = json(this.#memory, address, length) as { error?: ErrorJSON; handle?: number };
        (this.listeners.get(handle!) ?? tell)({ ...event, ...(error && { error: engineError(error) }) } as unknown as StoreEvent);
      },
    };
  }

  /** Runs main up to where it waits, and takes the kick that it hands over. */
  async #run(go: GoRuntime, instance: WebAssembly.Instance, key: string): Promise<void> {
    const hooks = globalThis as unknown as Record<string, unknown>;
    const ready = new Promise<void>((resolve) => {
      hooks[key] = (kick: () => void) => {
        this.#kick = kick;
        resolve();
      };
    });
    this.#guardEvents(go);
    const ended = go.run(instance).catch((cause: unknown) => this.#die(reason(cause), cause)); // or exits with a code
    this.#values = go._values!; // it lets go of them when it exits
    this.#timers = go._scheduledTimeouts;
    await Promise.race([ready, ended]);
    delete hooks[key];
    if (this.#dead) throw this.#dead;
  }

  /** Makes events that enter Go by themselves, such as a timer's, notice the end and keep out after it. */
  #guardEvents(go: GoRuntime): void {
    const resume = go._resume?.bind(go);
    if (!resume) return;
    go._resume = () => {
      this.#enter(resume);
      if (this.dead) go._scheduledTimeouts?.clear(); // a timer calls again and again until it is none
    };
  }

  #nextOp(): number {
    do this.#lastOp = this.#lastOp === LAST_OP ? 1 : this.#lastOp + 1;
    while (this.#pending.has(this.#lastOp));
    return this.#lastOp;
  }

  /** Lets the goroutines run that an export left behind, once for all calls of this turn. */
  #kickSoon(): void {
    if (this.#kicking) return;
    queueMicrotask(() => {
      this.#kicking = false;
      this.#enter(this.#kick);
    });
    this.#kicking = true;
  }

  /** Ends it. Where the stack is too full for that, it is done by the next who asks. */
  #die(why = 'the stack was full', cause?: unknown): void {
    this.#broken = true;
    if (this.#dead) return;
    const dead = stopped(`the engine stopped: ${why}`, cause);
    queueMicrotask(() => this.#bury(dead));
    this.#dead = dead;
  }

  #bury(dead: GranaryError): void {
    const unknown = new GranaryError(ErrorCode.UnknownOutcome, `${dead.message}; look whether the change is there`, { cause: dead });
    for (const { verb, fail } of this.#pending.values()) fail(READING.test(verb) ? dead : unknown);
    this.#pending.clear();
    this.listeners.clear();
    // What is left behind, connections, channels, locks, would keep others waiting and the program in memory. idb/ marks it.
    for (const value of this.#values as ({ granaryEnd?(): void } | undefined)[]) value?.granaryEnd?.();
    this.#exports = this.#memory = this.#kick = undefined as never; // what it took, another one needs
    this.#values = [];
    for (const timer of this.#timers?.values() ?? []) clearTimeout(timer);
    this.#onCrash?.();
  }
}

/** The export that came last: a WebAssembly of another program or of an older version lacks it. */
const NEWEST = 'granary_sync' satisfies keyof EngineExports;
