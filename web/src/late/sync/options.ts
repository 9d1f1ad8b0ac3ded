import { isObject } from '../../checks.js';
import type { HttpRemoteOptions, Remote } from '../../sync-remote-types.js';
import type { Conflict, Resolution, SyncModel, SyncOptions, SyncSettings } from '../../sync-types.js';
import { kit } from '../kit.js';
import { backendOf, type Backend } from './backend.js';
import { httpRemote } from './http-remote.js';

export type Decide = (conflict: Conflict) => Resolution<object> | Promise<Resolution<object>>;

const NUMBERS = ['limit', 'batch', 'wait', 'interval', 'timeout'] as const;
const MODES = ['full', 'pull', 'push', 'off'];
const POLICIES = ['merge', 'serverWins', 'clientWins'];

const refuse = (message: string) => kit.invalid(message, 'sync');

/** The backend that options name. */
export function remoteOf(options: SyncOptions): Backend {
  const { pull, push, live } = options as Partial<Remote>;
  const { url, token, headers, fetch } = options as Partial<HttpRemoteOptions>;
  if (pull || push) {
    for (const [name, fn] of Object.entries({ pull, push, live })) {
      if (typeof fn !== 'function' && !(name === 'live' && fn === undefined)) throw refuse(`${name} must be a function`);
    }
    return backendOf(options as Remote);
  }
  if (typeof url !== 'string' && !(url instanceof URL)) throw refuse('expects { url } or { pull, push }');
  if (token !== undefined && typeof token !== 'string' && typeof token !== 'function') throw refuse('token must be a string, or a function that gives one');
  if (fetch !== undefined && typeof fetch !== 'function') throw refuse('fetch must be a function');
  if (headers !== undefined && headers === null) throw refuse('headers must be headers, or a function that gives them');
  return httpRemote(options as HttpRemoteOptions);
}

/** The settings as the engine reads them, and the handlers of conflicts by model. */
export function settingsOf(settings: SyncSettings, live: boolean, token: boolean): [request: object, handlers: Map<string, Decide>] {
  const handlers = new Map<string, Decide>();
  const models: Record<string, object> = Object.create(null) as Record<string, object>;
  if (settings.models !== undefined && (!isObject(settings.models) || Array.isArray(settings.models))) throw refuse('models must be an object');
  for (const [name, given] of Object.entries(settings.models ?? {})) {
    const model = (typeof given === 'string' ? { mode: given } : given) as SyncModel;
    if (!isObject(model)) throw refuse(`models.${name} must be a mode or an object`);
    const { mode, priority, conflict } = model;
    if (mode !== undefined) oneOf(`models.${name}.mode`, mode, MODES);
    if (priority !== undefined && !Number.isSafeInteger(priority)) throw refuse(`models.${name}.priority must be a whole number`);
    const decides = typeof conflict === 'function';
    if (decides) handlers.set(name, conflict as Decide);
    else if (conflict !== undefined) oneOf(`models.${name}.conflict`, conflict, POLICIES);
    models[name] = { mode, priority, decides, ...(!decides && { conflict }) };
  }
  if (settings.conflict !== undefined) oneOf('conflict', settings.conflict, POLICIES);
  const numbers: Record<string, number> = {};
  for (const name of NUMBERS) {
    const number = settings[name];
    if (number === undefined) continue;
    kit.wholeNumber(name, number, 'sync');
    numbers[name] = number;
  }
  return [{ models, policy: settings.conflict, scope: settings.scope, live, token, ...numbers }, handlers];
}

function oneOf(name: string, value: unknown, values: readonly string[]): void {
  if (!values.includes(value as string)) throw refuse(`${name} must be '${values.join("' or '")}', got ${String(value)}`);
}
