import { Predicates, type SortDirection } from 'granary';
import { useLiveCount, useLiveQuery } from 'granary/react';
import { useState } from 'react';
import { Badge, Day } from './badge.js';
import { useBlog } from './blog.js';
import { Comment, Post, PostStatus } from './models.js';
import { Stars } from './stars.js';
import { fold } from './store.js';

/** The orders that the list offers. */
const ORDERS = {
  newest: { label: 'Newest first', field: 'createdAt', direction: 'DESCENDING' },
  title: { label: 'By title', field: 'search', direction: 'ASCENDING' },
  rating: { label: 'Best first', field: 'rating', direction: 'DESCENDING' },
} as const satisfies Record<string, { label: string; field: 'createdAt' | 'search' | 'rating'; direction: `${SortDirection}` }>;

type Order = keyof typeof ORDERS;
type Wanted = PostStatus | '';

/** The list of posts, filtered and sorted, which follows the store. */
export function PostList({ chosen }: { readonly chosen: string }) {
  const { users } = useBlog();
  const [text, setText] = useState('');
  const [status, setStatus] = useState<Wanted>('');
  const [person, setPerson] = useState('');
  const [order, setOrder] = useState<Order>('newest');

  const { field, direction } = ORDERS[order];
  const searched = fold(text);
  const { items, total } = useLiveQuery(
    Post,
    searched || status || person
      ? (p) => p.and((p) => [
          ...(searched ? [p.search.contains(searched)] : []),
          ...(status ? [p.status.eq(status)] : []),
          ...(person ? [p.or((p) => [p.authorId.eq(person), p.editors.id.eq(person)])] : []),
        ])
      : Predicates.ALL,
    { sort: (s) => s[field](direction) },
  );

  return (
    <nav className="list" aria-label="Posts">
      <div className="tools">
        <input id="search" type="search" placeholder="Search titles" aria-label="Search titles" value={text} onChange={(event) => setText(event.target.value)} />
        <a className="button primary" id="write" href="#new">Write</a>
      </div>
      <div className="tools">
        <div className="segments" role="group" aria-label="Status">
          {([['', 'All'], [PostStatus.PUBLISHED, 'Published'], [PostStatus.DRAFT, 'Drafts']] as const).map(([value, label]) => (
            <button key={label} type="button" aria-pressed={status === value} onClick={() => setStatus(value)}>{label}</button>
          ))}
        </div>
        <select id="order" aria-label="Order" value={order} onChange={(event) => setOrder(event.target.value as Order)}>
          {Object.entries(ORDERS).map(([name, { label }]) => <option key={name} value={name}>{label}</option>)}
        </select>
        <select id="person" aria-label="Written or edited by" value={person} onChange={(event) => setPerson(event.target.value)}>
          <option value="">By anybody</option>
          {users.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}
        </select>
      </div>
      <p className="count" id="count">{total === 1 ? '1 post' : `${total} posts`}</p>
      <ol>{items.map((post) => <Entry key={post.id} post={post} chosen={post.id === chosen} />)}</ol>
    </nav>
  );
}

/** One post in the list. */
function Entry({ post, chosen }: { readonly post: Post; readonly chosen: boolean }) {
  const { users } = useBlog();
  const comments = useLiveCount(Comment, (c) => c.postId.eq(post.id));
  const author = users.find(({ id }) => id === post.authorId);
  return (
    <li>
      <a className="entry" href={`#${encodeURIComponent(post.id)}`} aria-current={chosen}>
        <span className="title">{post.title}</span>
        <span className="facts">
          <Badge user={author} /> {author?.name} · <Day of={post.createdAt} />
        </span>
        <span className="facts">
          {post.status === PostStatus.DRAFT ? <span className="draft">Draft</span> : <Stars rating={post.rating} />}
          <span className="comments">{comments === 1 ? '1 comment' : `${comments} comments`}</span>
        </span>
      </a>
    </li>
  );
}
