import { useRecord, useSync } from 'granary/react';
import { useState } from 'react';
import { Badge, Day } from './badge.js';
import { useBlog } from './blog.js';
import { Comments } from './comments.js';
import { deletePost } from './delete.js';
import { Editors } from './editors.js';
import { Post, PostStatus } from './models.js';
import { EditPost } from './post-form.js';
import { go } from './route.js';
import { Stars } from './stars.js';

/** A post with its editors and comments. */
export function PostView({ id }: { readonly id: string }) {
  const post = useRecord(Post, id);
  const [editing, setEditing] = useState(false);
  if (!post) return <Missing id={id} />;
  return (
    <article className="post">
      <a className="back" href="#">← All posts</a>
      {editing ? <EditPost post={post} onDone={() => setEditing(false)} /> : <Reading post={post} onEdit={() => setEditing(true)} />}
      <Editors post={post} />
      <Comments post={post} />
    </article>
  );
}

/** What is shown of a post that is not there: somebody deleted it, or the server did not want it. */
function Missing({ id }: { readonly id: string }) {
  const { openSync } = useBlog();
  const refused = useSync()?.rejected.some(({ ops }) => ops.some((op) => op.op === 'create' && op.model === 'Post' && op.id === id));
  if (!refused) return <p className="nothing">This post is gone. <a href="#">Back to the list</a></p>;
  return <p className="nothing">The server refused this post. It is kept aside. <button type="button" onClick={openSync}>See why</button></p>;
}

function Reading({ post, onEdit }: { readonly post: Post; readonly onEdit: () => void }) {
  const { store, users, act, notify } = useBlog();
  const author = users.find(({ id }) => id === post.authorId);

  const remove = () => act(async () => {
    const deleted = await deletePost(store, post.id);
    if (!deleted) return;
    go('');
    const along = deleted.comments === 1 ? '1 comment' : `${deleted.comments} comments`;
    notify({ text: `“${post.title}” and its ${along} are gone.`, undo: () => act(async () => { await deleted.restore(); go(post.id); }) });
  });

  return (
    <>
      <h1>{post.title}</h1>
      <p className="facts">
        <Badge user={author} /> {author?.name} · <Day of={post.createdAt} />
        {post.status === PostStatus.DRAFT ? <span className="draft">Draft</span> : <Stars rating={post.rating} />}
      </p>
      <div className="body">{post.body.split(/\n\s*\n/).map((paragraph, i) => <p key={i}>{paragraph}</p>)}</div>
      <p className="actions">
        <button type="button" id="edit" onClick={onEdit}>Edit</button>
        <button type="button" id="delete" className="danger" onClick={remove}>Delete</button>
      </p>
    </>
  );
}
