import { useRecord, useStore } from 'granary/react';
import { useState } from 'react';
import { ScrollView, Text, View } from 'react-native';
import { useBlog } from './blog.js';
import { Comments } from './comments.js';
import { Editors } from './editors.js';
import { Comment, Post, PostStatus, type Models } from './models.js';
import { Action, Badge, day, Stars } from './parts.js';
import { EditPost } from './post-form.js';
import { styles } from './theme.js';

/** A post with its editors and comments. */
export function PostView({ id }: { readonly id: string }) {
  const { go } = useBlog();
  const post = useRecord(Post, id);
  const [editing, setEditing] = useState(false);
  if (!post) return <Text style={styles.nothing}>This post is gone.</Text>;
  return (
    <ScrollView testID="post" contentContainerStyle={styles.paper}>
      <View style={styles.row}><Action id="back" label="← All posts" onPress={() => go('')} /></View>
      {editing ? <EditPost post={post} onDone={() => setEditing(false)} /> : <Reading post={post} onEdit={() => setEditing(true)} />}
      <Editors post={post} />
      <Comments post={post} />
    </ScrollView>
  );
}

function Reading({ post, onEdit }: { readonly post: Post; readonly onEdit: () => void }) {
  const store = useStore<Models>();
  const { users, act, go, notify } = useBlog();
  const [asked, setAsked] = useState(false);
  const author = users.find(({ id }) => id === post.authorId);

  // The schema says that comments and the rows of editors go with their post.
  const remove = () => act(async () => {
    const along = await store.count(Comment, (c) => c.postId.eq(post.id));
    await store.delete(post);
    go('');
    notify(`“${post.title}” and its ${along === 1 ? '1 comment' : `${along} comments`} are gone.`);
  });

  return (
    <>
      <Text role="heading" aria-level={2} testID="heading" style={styles.heading}>{post.title}</Text>
      <View style={styles.row}>
        <Badge user={author} />
        <Text testID="facts" style={styles.fact}>{author?.name} · {day(post.createdAt)}{post.status === PostStatus.DRAFT ? ' · Draft' : ''}</Text>
        {post.status === PostStatus.PUBLISHED && <Stars rating={post.rating} />}
      </View>
      {post.body.split(/\n\s*\n/).map((paragraph, i) => <Text key={i} style={styles.text}>{paragraph}</Text>)}
      <View style={styles.row}>
        <Action id="edit" label="Edit" onPress={onEdit} />
        {asked
          ? <><Action id="really" label="Delete it with its comments" kind="danger" onPress={remove} /><Action id="keep" label="Keep it" onPress={() => setAsked(false)} /></>
          : <Action id="delete" label="Delete" kind="danger" onPress={() => setAsked(true)} />}
      </View>
    </>
  );
}
