import type { RejectedMutation, RejectedOp, Sync } from 'granary';
import { useRecord } from 'granary/react';
import { useState, type FormEvent } from 'react';
import { useBlog } from './blog.js';
import { Post } from './models.js';
import { MOST_STARS } from './stars.js';
import { fold } from './store.js';

/** Fields of a change that can be edited before it is tried again. */
const EDITABLE: Readonly<Record<string, string>> = { title: 'Title', body: 'Text', content: 'Comment', rating: 'Rating' };

const THINGS: Readonly<Record<string, string>> = { Post: 'post', Comment: 'comment', PostEditor: 'editor', User: 'person' };

/** A change that the server refused: what it was, why, and what can be done. */
export function Rejected({ mutation, sync }: { readonly mutation: RejectedMutation; readonly sync: Sync }) {
  const { act } = useBlog();
  const [editing, setEditing] = useState(false);
  const { id, message, ops } = mutation;
  const first = ops[0];
  const fields = Object.keys(EDITABLE).filter((name) => first?.data?.[name] !== undefined);
  return (
    <li className="entry-box">
      {first && <What op={first} others={ops.length - 1} />}
      <p className="why">{message || 'The server gave no reason.'}</p>
      {editing ? (
        <Editing op={first!} fields={fields} onCancel={() => setEditing(false)} onSave={(op) => act(() => sync.retry(id, [op, ...ops.slice(1)]))} />
      ) : (
        <p className="actions">
          {fields.length > 0 && <button type="button" className="amend" onClick={() => setEditing(true)}>Edit</button>}
          <button type="button" className="retry" onClick={() => void act(() => sync.retry(id))}>Try again</button>
          <button type="button" className="drop danger" onClick={() => void act(() => sync.drop(id))}>Drop</button>
        </p>
      )}
    </li>
  );
}

/** One change in words. */
function What({ op: { op, model, id, data, was }, others }: { readonly op: RejectedOp; readonly others: number }) {
  const post = useRecord(Post, model === 'Post' && op !== 'create' ? String(id) : null);
  const thing = THINGS[model] ?? model;
  const name = String(data?.['title'] ?? data?.['content'] ?? post?.title ?? was?.['title'] ?? '');
  const text = op === 'create' ? `New ${thing}` : op === 'delete' ? `Deletion of a ${thing}` : `Edit of “${post?.title ?? thing}”`;
  return <p className="what">{text}{op === 'create' && name && <>: “{name}”</>}{others > 0 && <span> and {others} more</span>}</p>;
}

interface EditingProps {
  readonly op: RejectedOp;
  readonly fields: readonly string[];
  readonly onSave: (op: RejectedOp) => Promise<void>;
  readonly onCancel: () => void;
}

/** The texts of a change, to be edited before it is tried again. */
function Editing({ op, fields, onSave, onCancel }: EditingProps) {
  const [values, setValues] = useState(() => Object.fromEntries(fields.map((name) => [name, op.data![name]])));
  const set = (name: string, value: unknown) => setValues((before) => ({ ...before, [name]: value }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const { title } = values;
    void onSave({ ...op, data: { ...op.data, ...values, ...(typeof title === 'string' && { search: fold(title) }) } });
  };
  return (
    <form onSubmit={submit}>
      {fields.map((name) => (
        <label key={name}>{EDITABLE[name]}
          {name === 'rating'
            ? <input name={name} type="number" min={0} max={MOST_STARS} value={Number(values[name])} onChange={({ target }) => set(name, target.valueAsNumber || 0)} />
            : name === 'body'
              ? <textarea name={name} required rows={5} value={String(values[name])} onChange={({ target }) => set(name, target.value)} />
              : <input name={name} required value={String(values[name])} onChange={({ target }) => set(name, target.value)} />}
        </label>
      ))}
      <p className="actions">
        <button className="primary again">Send again</button>
        <button type="button" onClick={onCancel}>Cancel</button>
      </p>
    </form>
  );
}
