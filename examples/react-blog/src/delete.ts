import { Comment, Post, PostEditor } from './models.js';
import type { Blog } from './store.js';

/** What a delete took, and how to bring it back. */
export interface Deleted {
  readonly comments: number;
  restore(): Promise<unknown>;
}

/**
 * Deletes a post; the schema says that its comments and the rows of its editors go
 * with it. All that went is noted in the same transaction, so that it can be brought
 * back in another, with keys and days as they were.
 */
export function deletePost(store: Blog, id: string): Promise<Deleted | undefined> {
  return store.transaction(async (tx) => {
    const post = await tx.query(Post, id);
    if (!post) return undefined;
    const comments = await tx.query(Comment, (c) => c.postId.eq(id));
    const editors = await tx.query(PostEditor, (e) => e.postId.eq(id));
    await tx.delete(post);
    return { comments: comments.length, restore: () => restore(store, post, comments, editors) };
  });
}

function restore(store: Blog, post: Post, comments: readonly Comment[], editors: readonly PostEditor[]): Promise<unknown> {
  const { id, title, search, body, status, rating, createdAt, authorId } = post;
  return store.saveAll([
    new Post({ id, title, search, body, status, rating, createdAt, authorId }),
    ...comments.map((c) => new Comment({ id: c.id, content: c.content, createdAt: c.createdAt, postId: id, authorId: c.authorId })),
    ...editors.map((e) => new PostEditor({ id: e.id, postId: id, userId: e.userId })),
  ]);
}
