import type { RejectedMutation } from 'granary';
import { useSync } from 'granary/react';
import { useEffect, useRef } from 'react';
import { useBlog } from './blog.js';
import { FIELDS, type Collision } from './collisions.js';
import { useCollisions } from './sync-box.js';

/**
 * Tells, at the foot of the page, of edits that met others and of changes that were
 * refused, unless the box is open, which shows them.
 */
export function SyncNews({ quiet }: { readonly quiet: boolean }): null {
  const { notify, openSync } = useBlog();
  const { sync } = useSync() ?? {};
  const collisions = useCollisions();
  const told = useRef(new Set<Collision>());

  useEffect(() => {
    const last = collisions.at(-1);
    if (!last || told.current.has(last)) return;
    told.current.add(last);
    if (!quiet) notify({ text: meeting(last), more: { label: last.both.length > 0 ? 'See both' : 'See', show: openSync } });
  }, [collisions, notify, openSync, quiet]);

  useEffect(() => {
    const subscription = sync?.events().subscribe((event) => {
      if (event.type === 'rejected' && !quiet) notify({ text: refusal(event.rejected), wrong: true, more: { label: 'Look', show: openSync } });
    });
    return () => subscription?.unsubscribe();
  }, [sync, notify, openSync, quiet]);
  return null;
}

function meeting({ title, both }: Collision): string {
  if (both.length === 0) return `“${title}” was edited elsewhere too. Both edits were kept.`;
  const fields = both.map(({ field }) => FIELDS[field]).join(' and ');
  return `“${title}” was edited elsewhere too. Your ${fields} won.`;
}

function refusal({ message }: RejectedMutation): string {
  return `The server refused a change, and it was taken back${message ? `: ${message}` : '.'}`;
}
