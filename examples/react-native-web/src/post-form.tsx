import { useStore } from 'granary/react';
import { useState } from 'react';
import { ScrollView, Text, View } from 'react-native';
import { useBlog } from './blog.js';
import { Post, PostStatus, type Models } from './models.js';
import { Action, Field, MOST_STARS } from './parts.js';
import { fold } from './store.js';
import { styles } from './theme.js';

/** What the form asks for. */
type Values = Pick<Post, 'title' | 'body' | 'status' | 'rating'>;

const EMPTY: Values = { title: '', body: '', status: PostStatus.DRAFT, rating: 0 };

/** The form for a new post, whose author is who is writing. */
export function NewPost() {
  const store = useStore<Models>();
  const { me, act, go } = useBlog();
  const save = (values: Values) => act(async () => {
    const post = await store.save(new Post({ ...values, search: fold(values.title), author: me }));
    go(post.id);
  });
  return (
    <ScrollView contentContainerStyle={styles.paper}>
      <PostForm start={EMPTY} title="A new post" onSave={save} onCancel={() => go('')} />
    </ScrollView>
  );
}

/** The form for a post that is there. Only what was changed is written. */
export function EditPost({ post, onDone }: { readonly post: Post; readonly onDone: () => void }) {
  const store = useStore<Models>();
  const { act } = useBlog();
  const [start] = useState(post);
  const save = (values: Values) => act(async () => {
    await store.save(Post.copyOf(start, (draft) => { Object.assign(draft, values, { search: fold(values.title) }); }));
    onDone();
  });
  return <PostForm start={start} title="Edit the post" onSave={save} onCancel={onDone} />;
}

interface FormProps {
  readonly start: Values;
  readonly title: string;
  readonly onSave: (values: Values) => Promise<void>;
  readonly onCancel: () => void;
}

function PostForm({ start, title, onSave, onCancel }: FormProps) {
  const { notify } = useBlog();
  const [values, setValues] = useState<Values>({ title: start.title, body: start.body, status: start.status, rating: start.rating });
  const set = (change: Partial<Values>) => setValues((before) => ({ ...before, ...change }));
  const save = () => (values.title.trim() && values.body.trim() ? onSave(values) : notify('A post needs a title and a text.'));
  return (
    <>
      <Text role="heading" aria-level={2} style={styles.heading}>{title}</Text>
      <Field id="title-field" label="Title" value={values.title} onChange={(title) => set({ title })} />
      <Field id="body-field" label="Text" tall value={values.body} onChange={(body) => set({ body })} />
      <View style={styles.row}>
        <Action id="draft" label="Draft" kind={values.status === PostStatus.DRAFT && 'selected'} onPress={() => set({ status: PostStatus.DRAFT })} />
        <Action id="published" label="Published" kind={values.status === PostStatus.PUBLISHED && 'selected'} onPress={() => set({ status: PostStatus.PUBLISHED })} />
      </View>
      <View style={styles.row}>
        {Array.from({ length: MOST_STARS }, (_, i) => (
          <Action key={i} id={`rate-${i + 1}`} label={i < values.rating ? '★' : '☆'} name={`Rate it ${i + 1}`} onPress={() => set({ rating: values.rating === i + 1 ? 0 : i + 1 })} />
        ))}
      </View>
      <View style={styles.row}>
        <Action id="save" label="Save" kind="primary" onPress={save} />
        <Action id="cancel" label="Cancel" onPress={onCancel} />
      </View>
    </>
  );
}
