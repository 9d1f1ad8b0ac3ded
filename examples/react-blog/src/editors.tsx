import { useLiveQuery } from 'granary/react';
import { Badge } from './badge.js';
import { useBlog } from './blog.js';
import { User, type Post } from './models.js';

/** The editors of a post, many to many: added and removed one by one. */
export function Editors({ post }: { readonly post: Post }) {
  const { users, act } = useBlog();
  const { items: editors } = useLiveQuery(User, (u) => u.edits.id.eq(post.id), { sort: (u) => u.name('ASCENDING') });
  const others = users.filter((user) => user.id !== post.authorId && !editors.some(({ id }) => id === user.id));
  return (
    <section className="editors" aria-label="Editors">
      <h2>Edited by</h2>
      <ul>
        {editors.map((user) => (
          <li key={user.id} className="chip">
            <Badge user={user} /> {user.name}
            <button type="button" aria-label={`Remove ${user.name}`} onClick={() => act(() => post.editors.remove(user))}>×</button>
          </li>
        ))}
        {others.length > 0 && (
          <li>
            <select id="add-editor" aria-label="Add an editor" value="" onChange={(event) => {
              const user = users.find(({ id }) => id === event.target.value);
              if (user) void act(() => post.editors.add(user));
            }}>
              <option value="">Add an editor …</option>
              {others.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}
            </select>
          </li>
        )}
      </ul>
    </section>
  );
}
