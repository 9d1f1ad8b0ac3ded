import { useSync } from 'granary/react';
import { wordsOf } from './phase.js';

/** What is shown until there is a blog: how its first sync goes. */
export function FirstSync() {
  const { status } = useSync() ?? {};
  if (!status) return null;
  const { state, long } = wordsOf(status);
  const synced = status.models.filter((model) => model.synced).length;
  return (
    <main className="first" aria-busy="true">
      <img src="/icon.svg" alt="" width="44" height="44" />
      <h1>Marginalia</h1>
      <progress aria-label="First sync" max={status.models.length} {...(synced > 0 && { value: synced })} />
      <p role="status">{state === 'waits' || state === 'wrong' ? long : status.rows > 0 ? `${status.rows} records so far` : 'Asking the server …'}</p>
    </main>
  );
}
