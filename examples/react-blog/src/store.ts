// The store that keeps the models of blog.graphql. models.ts is generated from it:
// make generate.

import type { Sync } from 'granary';
import { collisions, type Collisions } from './collisions.js';
import { people, samples } from './samples.js';
import { Comment, open, Post, PostEditor, User, type Store } from './models.js';

export type Blog = Store;

/** A blog that is open, and the edits of it that met edits of others. */
export interface Opened {
  readonly store: Blog;
  readonly met: Collisions;
}

/**
 * Opens the blog, which syncs with the server when it is given one. At the first visit
 * it gets the samples; of two tabs only one brings them, and a browser that syncs
 * brings them only to a server that has nothing.
 */
export async function openBlog(server: string | undefined): Promise<Opened> {
  if (!server) {
    const store = await open({ name: 'marginalia' });
    await bringSamples(store);
    return { store, met: collisions() };
  }
  const store = await open({
    name: 'marginalia',
    sync: {
      url: server,
      // Of an edited post both edits are kept, and of a field that both changed the one made here. A post that is there
      // already when it is made is a sample, which two browsers brought.
      models: { Post: { conflict: ({ op, local, remote }) => (op === 'create' && local && remote ? editsOf(local) : 'merge') } },
    },
  });
  const sync = await store.sync();
  void bringSamplesToEmptyServer(store, sync);
  return { store, met: collisions(sync) };
}

/** What was changed of a sample before the blog had a server. The rest is as the server has it. */
function editsOf(post: Post): Partial<Post> {
  const sample = samples.find(({ id }) => id === post.id);
  if (!sample) return post;
  const { title, body, status, rating } = sample;
  const before = { title, search: fold(title), body, status, rating };
  return Object.fromEntries((Object.keys(before) as (keyof typeof before)[]).filter((name) => post[name] !== before[name]).map((name) => [name, post[name]]));
}

/** A text as people type it when they search. */
export function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{Mn}/gu, '').toLowerCase().trim();
}

async function bringSamples(store: Blog): Promise<void> {
  await store.transaction(async (tx) => {
    if ((await tx.count(User)) === 0) await tx.saveAll(records());
  });
}

async function bringSamplesToEmptyServer(store: Blog, sync: Sync): Promise<void> {
  try {
    await sync.whenSynced();
    await bringSamples(store);
  } catch {
    // The page was closed first. The next visit goes on.
  }
}

function records(): (User | Post | Comment | PostEditor)[] {
  const all: (User | Post | Comment | PostEditor)[] = people.map(({ id, name, hue }) => new User({ id, name, hue }));
  for (const { author, editors, comments, ...values } of samples) {
    const post = new Post({ ...values, search: fold(values.title), authorId: author });
    all.push(post);
    for (const userId of editors) all.push(new PostEditor({ id: `${post.id}-${userId}`, userId, postId: post.id }));
    for (const [i, [authorId, content, createdAt]] of comments.entries()) {
      all.push(new Comment({ id: `${post.id}-${i + 1}`, content, createdAt, authorId, postId: post.id }));
    }
  }
  return all;
}
