import type { Conflict, Sync } from 'granary';
import type { Post } from './models.js';

/** Fields of a post that people edit, and what they call them. */
export const FIELDS = { title: 'title', body: 'text', status: 'status', rating: 'rating' } as const satisfies Partial<Record<keyof Post, string>>;
export type Field = keyof typeof FIELDS;

/** An edit of a post that met an edit made elsewhere. */
export interface Collision {
  readonly id: string;
  readonly title: string;
  /** What both edits changed, differently. The edits of other fields are both kept. */
  readonly both: readonly { readonly field: Field; readonly mine: unknown; readonly theirs: unknown }[];
}

/** The collisions that nobody has looked at, oldest first; as `useSyncExternalStore` takes it. */
export interface Collisions {
  read(this: void): readonly Collision[];
  subscribe(this: void, told: () => void): () => void;
  /** Forgets one that was looked at. */
  drop(seen: Collision): void;
}

/** Notes from now on what meets in a sync: from before the first screen, as an edit of the last visit may be sent by then. */
export function collisions(sync?: Sync): Collisions {
  let list: readonly Collision[] = [];
  const listeners = new Set<() => void>();
  const become = (next: readonly Collision[]) => {
    list = next;
    for (const told of listeners) told();
  };
  sync?.events().subscribe((event) => {
    const met = event.type === 'conflict' ? collisionOf(event.conflict) : undefined;
    if (met) become([...list, met]);
  });
  return {
    read: () => list,
    subscribe: (told) => {
      listeners.add(told);
      return () => listeners.delete(told);
    },
    drop: (seen) => become(list.filter((one) => one !== seen)),
  };
}

/** What there is to tell of a conflict: nothing unless both sides have edited a post that is still there. */
function collisionOf({ model, id, op, base, local, remote }: Conflict): Collision | undefined {
  if (model !== 'Post' || op !== 'update' || !base || !local || !remote) return undefined;
  const both = (Object.keys(FIELDS) as Field[])
    .filter((field) => local[field] !== base[field] && remote[field] !== base[field] && local[field] !== remote[field])
    .map((field) => ({ field, mine: local[field], theirs: remote[field] }));
  return { id: String(id), title: String(local['title']), both };
}
