import { Predicates } from 'granary';
import { useLiveQuery } from 'granary/react';
import { useMemo, useState } from 'react';
import { BlogProvider, type BlogContext, type Notice } from './blog.js';
import { User } from './models.js';
import { NewPost } from './post-form.js';
import { PostList } from './post-list.js';
import { PostView } from './post-view.js';
import { useRoute } from './route.js';
import type { Blog } from './store.js';
import { Toast } from './toast.js';
import { Top } from './top.js';

/** The page: the list, and beside it what was chosen from it. */
export function App({ store }: { readonly store: Blog }) {
  const { items: users } = useLiveQuery(User, Predicates.ALL, { sort: (u) => u.name('ASCENDING') });
  const [myId, setMyId] = useState('ada');
  const [notice, notify] = useState<Notice>();
  const route = useRoute();

  const blog = useMemo<BlogContext | undefined>(() => {
    const me = users.find(({ id }) => id === myId) ?? users[0];
    if (!me) return undefined;
    const act = (change: () => Promise<unknown>) => change().then(
      () => undefined,
      (error: unknown) => notify({ text: error instanceof Error ? error.message : String(error), wrong: true }),
    );
    return { store, users, me, notify, act };
  }, [store, users, myId]);

  if (!blog) return null;
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
      <Toast notice={notice} onClose={() => notify(undefined)} />
    </BlogProvider>
  );
}
