import { useSync } from 'granary/react';
import { useSyncExternalStore } from 'react';
import { Badge } from './badge.js';
import { useBlog } from './blog.js';
import { wordsOf } from './phase.js';
import { useCollisions } from './sync-box.js';

function subscribe(changed: () => void): () => void {
  addEventListener('online', changed);
  addEventListener('offline', changed);
  return () => {
    removeEventListener('online', changed);
    removeEventListener('offline', changed);
  };
}

/** The head of the page: its name, how the blog stands to its server or to the network, and who is writing. */
export function Top({ onWriter }: { readonly onWriter: (id: string) => void }) {
  const { users, me } = useBlog();
  return (
    <header className="top">
      <a className="name" href="#"><img src="/icon.svg" alt="" width="30" height="30" /> Marginalia</a>
      <Standing />
      <label className="writer">
        <span>Writing as</span>
        <Badge user={me} />
        <select id="writer" value={me.id} onChange={(event) => onWriter(event.target.value)}>
          {users.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}
        </select>
      </label>
    </header>
  );
}

function Standing() {
  const { openSync } = useBlog();
  const view = useSync();
  const collisions = useCollisions();
  const online = useSyncExternalStore(subscribe, () => navigator.onLine);
  if (!view) {
    return <p className="network" data-state={online ? 'good' : 'waits'}>{online ? 'Kept in this browser' : 'Offline, and everything works'}</p>;
  }
  const { state, short } = wordsOf(view.status);
  const refused = view.rejected.length;
  const look = refused + collisions.length;
  return (
    <button type="button" id="sync" className="network" data-state={state} aria-haspopup="dialog" onClick={openSync}>
      <span role="status">{short}</span>
      {look > 0 && <b className="look" data-refused={refused > 0}>{look} to look at</b>}
    </button>
  );
}
