import type { Migration, Migrations, OldRecord, PendingMigration } from '../migration-types.js';
import { json } from '../reading.js';
import type { Session } from '../session.js';
import { kit } from './kit.js';
import { verbs } from './transaction.js';
import { Within } from './within.js';

/** Runs the migration functions of a store that is being opened, until what they did is stored. */
export async function migrate(
  session: Session, pending: PendingMigration, functions: Migrations,
): Promise<void> {
  for (let next: PendingMigration | undefined = pending; next;) {
    const within = new Within(session, session.begin(next.transaction));
    const models = Object.create(null) as Record<string, unknown>;
    for (const [name, { Class }] of session.bindings) models[name] = Class;
    const old = async (model: unknown) => kit.whenLoaded(() => within.old(nameOf(model))) as Promise<OldRecord[]>;
    const tx = Object.freeze({ ...verbs(within.session), models: Object.freeze(models), old }) as unknown as Migration;
    for (const version of next.steps) await run(session, version, () => functions[version]!(tx));
    within.open = false;
    next = (await session.later('migrated', [0], undefined, json) as { migration?: PendingMigration }).migration;
  }
}

async function run(session: Session, version: number, step: () => unknown): Promise<void> {
  try {
    await step();
  } catch (cause) {
    await session.later('migrated', [1]).catch(() => {}); // the error that counts is the function's
    const message = `open: the function for version ${version} failed, and everything is as it was: ${String((cause as Error)?.message ?? cause)}`;
    throw new kit.GranaryError('MIGRATION', message, { op: 'open', cause });
  }
}

function nameOf(model: unknown): string {
  if (typeof model === 'string') return model;
  if (typeof model === 'function') return model.name;
  throw kit.invalid('expects a model, or the name of one', 'old');
}
