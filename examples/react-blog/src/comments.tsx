import { useLiveQuery } from 'granary/react';
import { useState, type FormEvent } from 'react';
import { Badge, Day } from './badge.js';
import { useBlog } from './blog.js';
import { Comment, type Post } from './models.js';

/** The comments on a post, oldest first, and the place for one more. */
export function Comments({ post }: { readonly post: Post }) {
  const { store, users, me, act, notify } = useBlog();
  const { items: comments } = useLiveQuery(Comment, (c) => c.postId.eq(post.id), { sort: (c) => c.createdAt('ASCENDING') });
  const [content, setContent] = useState('');

  const say = (event: FormEvent) => {
    event.preventDefault();
    void act(async () => {
      await store.save(new Comment({ content: content.trim(), post, author: me }));
      setContent('');
    });
  };
  const remove = (comment: Comment) => act(async () => {
    const { id, content, createdAt, postId, authorId } = comment;
    await store.delete(comment);
    notify({ text: 'The comment is gone.', undo: () => act(() => store.save(new Comment({ id, content, createdAt, postId, authorId }))) });
  });

  return (
    <section className="thread" aria-label="Comments">
      <h2>{comments.length === 1 ? '1 comment' : `${comments.length} comments`}</h2>
      <ol>
        {comments.map((comment) => {
          const author = users.find(({ id }) => id === comment.authorId);
          return (
            <li key={comment.id} className="comment">
              <Badge user={author} />
              <div>
                <p className="facts"><b>{author?.name}</b> · <Day of={comment.createdAt} /></p>
                <p>{comment.content}</p>
              </div>
              <button type="button" className="close" aria-label={`Delete the comment of ${author?.name ?? 'nobody'}`} onClick={() => remove(comment)}>×</button>
            </li>
          );
        })}
      </ol>
      <form className="say" onSubmit={say}>
        <Badge user={me} />
        <input id="say" required pattern=".*\S.*" placeholder={`Comment as ${me.name}`} aria-label="Your comment" value={content} onChange={(event) => setContent(event.target.value)} />
        <button className="primary">Send</button>
      </form>
    </section>
  );
}
