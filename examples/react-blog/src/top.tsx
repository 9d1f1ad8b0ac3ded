import { useSyncExternalStore } from 'react';
import { Badge } from './badge.js';
import { useBlog } from './blog.js';

function subscribe(changed: () => void): () => void {
  addEventListener('online', changed);
  addEventListener('offline', changed);
  return () => {
    removeEventListener('online', changed);
    removeEventListener('offline', changed);
  };
}

/** The head of the page: its name, whether there is a network, and who is writing. */
export function Top({ onWriter }: { readonly onWriter: (id: string) => void }) {
  const { users, me } = useBlog();
  const online = useSyncExternalStore(subscribe, () => navigator.onLine);
  return (
    <header className="top">
      <a className="name" href="#"><img src="/icon.svg" alt="" width="30" height="30" /> Marginalia</a>
      <p className="network" data-online={online}>{online ? 'Kept in this browser' : 'Offline, and everything works'}</p>
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
