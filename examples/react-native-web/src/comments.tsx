import { useLiveQuery, useStore } from 'granary/react';
import { useState } from 'react';
import { Text, View } from 'react-native';
import { useBlog } from './blog.js';
import { Comment, type Models, type Post } from './models.js';
import { Action, Badge, day, Field } from './parts.js';
import { styles } from './theme.js';

/** The comments on a post, oldest first, and the place for one more. */
export function Comments({ post }: { readonly post: Post }) {
  const store = useStore<Models>();
  const { users, me, act } = useBlog();
  const { items: comments } = useLiveQuery(Comment, (c) => c.postId.eq(post.id), { sort: (c) => c.createdAt('ASCENDING') });
  const [content, setContent] = useState('');

  const say = () => {
    if (content.trim() === '') return;
    void act(async () => {
      await store.save(new Comment({ content: content.trim(), post, author: me }));
      setContent('');
    });
  };

  return (
    <>
      <Text role="heading" aria-level={3} style={styles.subheading}>{comments.length === 1 ? '1 comment' : `${comments.length} comments`}</Text>
      {comments.map((comment) => {
        const author = users.find(({ id }) => id === comment.authorId);
        return (
          <View key={comment.id} testID="comment" style={styles.comment}>
            <Badge user={author} />
            <View style={styles.words}>
              <Text style={styles.fact}>{author?.name} · {day(comment.createdAt)}</Text>
              <Text testID="content" style={styles.label}>{comment.content}</Text>
            </View>
            <Action id="remove-comment" label="×" name={`Delete the comment of ${author?.name ?? 'nobody'}`} onPress={() => act(() => store.delete(comment))} />
          </View>
        );
      })}
      <View style={styles.row}>
        <Badge user={me} />
        <Field id="say" label={`Comment as ${me.name}`} value={content} onChange={setContent} onEnter={say} />
        <Action id="send" label="Send" kind="primary" onPress={say} />
      </View>
    </>
  );
}
