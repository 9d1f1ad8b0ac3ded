import { Predicates } from 'granary';
import { useLiveQuery, useSync } from 'granary/react';
import { useCallback, useMemo, useState } from 'react';
import { BlogProvider, type BlogContext, type Notice } from './blog.js';
import { FirstSync } from './first-sync.js';
import { User } from './models.js';
import { NewPost } from './post-form.js';
import { PostList } from './post-list.js';
import { PostView } from './post-view.js';
import { useRoute } from './route.js';
import type { Opened } from './store.js';
import { SyncBox } from './sync-box.js';
import { SyncNews } from './sync-news.js';
import { Toast } from './toast.js';
import { Top } from './top.js';

/** The page: the list, and beside it what was chosen from it. */
export function App({ store, met }: Opened) {
  const { items: users } = useLiveQuery(User, Predicates.ALL, { sort: (u) => u.name('ASCENDING') });
  const [myId, setMyId] = useState('ada');
  const [notice, notify] = useState<Notice>();
  const [syncOpen, setSyncOpen] = useState(false);
  const openSync = useCallback(() => setSyncOpen(true), []);
  const view = useSync();
  const route = useRoute();

  const blog = useMemo<BlogContext | undefined>(() => {
    const me = users.find(({ id }) => id === myId) ?? users[0];
    if (!me) return undefined;
    const act = (change: () => Promise<unknown>) => change().then(
      () => undefined,
      (error: unknown) => notify({ text: error instanceof Error ? error.message : String(error), wrong: true }),
    );
    return { store, met, users, me, notify, openSync, act };
  }, [store, met, users, myId, openSync]);

  if (!blog) return <FirstSync />;
  return (
    <BlogProvider value={blog}>
      <Top onWriter={setMyId} />
      <div className="columns" data-chosen={route !== ''}>
        <PostList chosen={route} />
        <main>
          {route === 'new' ? <NewPost key={blog.me.id} />
            : route ? <PostView key={route} id={route} />
            : <p className="nothing">Choose a post, or write one.</p>}
        </main>
      </div>
      {view && syncOpen && <SyncBox view={view} onClose={() => setSyncOpen(false)} />}
      <SyncNews quiet={syncOpen} />
      <Toast notice={notice} onClose={() => notify(undefined)} />
    </BlogProvider>
  );
}
