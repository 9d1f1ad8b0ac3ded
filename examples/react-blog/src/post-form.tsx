import { useState, type FormEvent } from 'react';
import { useBlog } from './blog.js';
import { Post, PostStatus } from './models.js';
import { go } from './route.js';
import { MOST_STARS } from './stars.js';
import { fold } from './store.js';

/** What the form asks for. */
type Values = Pick<Post, 'title' | 'body' | 'status' | 'rating'>;

const EMPTY: Values = { title: '', body: '', status: PostStatus.DRAFT, rating: 0 };

/** The form for a new post, whose author is who is writing. */
export function NewPost() {
  const { store, me, act } = useBlog();
  const save = (values: Values) => act(async () => {
    const post = await store.save(new Post({ ...values, search: fold(values.title), author: me }));
    go(post.id);
  });
  return <PostForm start={EMPTY} title="A new post" onSave={save} onCancel={() => go('')} />;
}

/**
 * The form for a post that is there. Only what was changed is written, so that two
 * tabs can edit different fields of a post at the same time.
 */
export function EditPost({ post, onDone }: { readonly post: Post; readonly onDone: () => void }) {
  const { store, act } = useBlog();
  const [start] = useState(post);
  const save = (values: Values) => act(async () => {
    await store.save(Post.copyOf(start, (draft) => { Object.assign(draft, values, { search: fold(values.title) }); }));
    onDone();
  });
  return <PostForm start={start} title="Editing" onSave={save} onCancel={onDone} />;
}

interface FormProps {
  readonly start: Values;
  readonly title: string;
  readonly onSave: (values: Values) => Promise<void>;
  readonly onCancel: () => void;
}

function PostForm({ start, title, onSave, onCancel }: FormProps) {
  const [values, setValues] = useState<Values>({ title: start.title, body: start.body, status: start.status, rating: start.rating });
  const set = (change: Partial<Values>) => setValues((before) => ({ ...before, ...change }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void onSave(values);
  };
  return (
    <form className="form" onSubmit={submit}>
      <h2>{title}</h2>
      <label>Title<input id="title" required value={values.title} onChange={(event) => set({ title: event.target.value })} /></label>
      <label>Text<textarea id="body" required rows={9} value={values.body} onChange={(event) => set({ body: event.target.value })} /></label>
      <div className="row">
        <label>Status
          <select id="status" value={values.status} onChange={(event) => set({ status: event.target.value as PostStatus })}>
            <option value={PostStatus.DRAFT}>Draft</option>
            <option value={PostStatus.PUBLISHED}>Published</option>
          </select>
        </label>
        <label>Rating
          <input id="rating" type="number" min={0} max={MOST_STARS} value={values.rating} onChange={(event) => set({ rating: event.target.valueAsNumber || 0 })} />
        </label>
      </div>
      <p className="actions">
        <button className="primary" id="save">Save</button>
        <button type="button" id="cancel" onClick={onCancel}>Cancel</button>
      </p>
    </form>
  );
}
