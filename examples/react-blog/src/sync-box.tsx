import type { SyncView } from 'granary/react';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { useBlog } from './blog.js';
import { FIELDS, type Collision } from './collisions.js';
import { Post } from './models.js';
import { wordsOf } from './phase.js';
import { Rejected } from './rejected.js';
import { fold } from './store.js';

const TIME = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit' });

/** The edits that met others, as they are now. */
export function useCollisions(): readonly Collision[] {
  const { met } = useBlog();
  return useSyncExternalStore(met.subscribe, met.read);
}

/** How the sync goes, in full: what was refused, and what met other edits. */
export function SyncBox({ view, onClose }: { readonly view: SyncView; readonly onClose: () => void }) {
  const { act } = useBlog();
  const { status, rejected, sync } = view;
  const collisions = useCollisions();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current!.showModal(), []);
  const reachable = status.phase !== 'offline' && status.phase !== 'upgrade';
  return (
    <dialog className="box" ref={dialog} aria-label="Sync" onClose={onClose} onClick={({ target }) => { if (target === dialog.current) onClose(); }}>
      <header>
        <h2>Sync</h2>
        <button type="button" className="close" aria-label="Close" onClick={onClose}>×</button>
      </header>
      <p className="how">{wordsOf(status).long}{status.syncedAt !== undefined && ` Last heard at ${TIME.format(status.syncedAt)}.`}</p>
      {reachable && <button type="button" id="sync-now" onClick={() => void act(() => { sync.resume(); return sync.syncNow(); })}>Sync now</button>}
      {rejected.length > 0 && (
        <section aria-label="Refused">
          <h3>Refused by the server, and taken back</h3>
          <ul>{rejected.map((mutation) => <Rejected key={mutation.id} mutation={mutation} sync={sync} />)}</ul>
        </section>
      )}
      {collisions.length > 0 && (
        <section aria-label="Edited twice">
          <h3>Edited here and elsewhere</h3>
          <ul>{collisions.map((one, i) => <Both key={i} collision={one} />)}</ul>
        </section>
      )}
    </dialog>
  );
}

/** Both sides of an edit that met another, and the way to the other one. */
function Both({ collision }: { readonly collision: Collision }) {
  const { store, met, act } = useBlog();
  const { id, title, both } = collision;
  const take = () => act(async () => {
    const post = await store.query(Post, id);
    const values = Object.fromEntries(both.map(({ field, theirs }) => [field, theirs]));
    if (post) await store.save(Post.copyOf(post, (draft) => { Object.assign(draft, values, { search: fold(String(values['title'] ?? draft.title)) }); }));
    met.drop(collision);
  });
  return (
    <li className="entry-box">
      <p className="what">{title}</p>
      {both.length === 0 && <p className="why">Different things were changed. Both edits were kept.</p>}
      {both.map(({ field, mine, theirs }) => (
        <dl key={field}>
          <dt>{FIELDS[field]} here <b>kept</b></dt><dd className="mine">{String(mine)}</dd>
          <dt>{FIELDS[field]} elsewhere</dt><dd className="theirs">{String(theirs)}</dd>
        </dl>
      ))}
      <p className="actions">
        {both.length > 0 && <button type="button" className="take" onClick={() => void take()}>Take the other</button>}
        <button type="button" className="keep" onClick={() => met.drop(collision)}>{both.length > 0 ? 'Keep mine' : 'Fine'}</button>
      </p>
    </li>
  );
}
