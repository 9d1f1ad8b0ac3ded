// The store that keeps the models of react-blog/src/blog.graphql. models.ts is
// generated from it: make generate.

import { people, samples } from '../../react-blog/src/samples.js';
import { Comment, open, Post, PostEditor, User, type Store } from './models.js';

/** Opens the blog. At the first visit it gets the samples; of two tabs only one brings them. */
export async function openBlog(): Promise<Store> {
  const store = await open({ name: 'marginalia' });
  await store.transaction(async (tx) => {
    if ((await tx.count(User)) === 0) await tx.saveAll(records());
  });
  return store;
}

/** A text as people type it when they search. */
export function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{Mn}/gu, '').toLowerCase().trim();
}

function records(): (User | Post | Comment | PostEditor)[] {
  const all: (User | Post | Comment | PostEditor)[] = people.map((person) => new User(person));
  for (const { author, editors, comments, ...values } of samples) {
    const post = new Post({ ...values, search: fold(values.title), authorId: author });
    all.push(post);
    for (const userId of editors) all.push(new PostEditor({ userId, postId: post.id }));
    for (const [authorId, content, createdAt] of comments) all.push(new Comment({ content, createdAt, authorId, postId: post.id }));
  }
  return all;
}
