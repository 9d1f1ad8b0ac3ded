import { Predicates } from 'granary';
import { useLiveCount, useLiveQuery } from 'granary/react';
import { useState } from 'react';
import { FlatList, Pressable, Text, View } from 'react-native';
import { useBlog } from './blog.js';
import { Comment, Post, PostStatus } from './models.js';
import { Action, Badge, day, Field, Stars } from './parts.js';
import { fold } from './store.js';
import { styles } from './theme.js';

/** The list of posts, newest first, filtered, which follows the store. */
export function PostList({ wide }: { readonly wide: boolean }) {
  const { route, go } = useBlog();
  const [text, setText] = useState('');
  const [status, setStatus] = useState<PostStatus | ''>('');
  const searched = fold(text);
  const { items, total } = useLiveQuery(
    Post,
    searched || status
      ? (p) => p.and((p) => [...(searched ? [p.search.contains(searched)] : []), ...(status ? [p.status.eq(status)] : [])])
      : Predicates.ALL,
    { sort: (s) => s.createdAt('DESCENDING') },
  );
  return (
    <View role="navigation" aria-label="Posts" style={[styles.list, wide && styles.beside]}>
      <View style={styles.row}>
        <Field id="search" label="Search titles" value={text} onChange={setText} />
        <Action id="write" label="Write" kind="primary" onPress={() => go('new')} />
      </View>
      <View style={styles.row}>
        {([['', 'All'], [PostStatus.PUBLISHED, 'Published'], [PostStatus.DRAFT, 'Drafts']] as const).map(([value, label]) => (
          <Action key={label} id={label} label={label} kind={status === value && 'selected'} onPress={() => setStatus(value)} />
        ))}
        <Text testID="count" style={[styles.fact, styles.end]}>{total === 1 ? '1 post' : `${total} posts`}</Text>
      </View>
      <FlatList data={items} extraData={route} keyExtractor={({ id }) => id} renderItem={({ item }) => <Entry post={item} />}
        contentContainerStyle={styles.entries} ListEmptyComponent={<Text style={styles.nothing}>No post is like that.</Text>} />
    </View>
  );
}

/** One post in the list. */
function Entry({ post }: { readonly post: Post }) {
  const { users, route, go } = useBlog();
  const comments = useLiveCount(Comment, (c) => c.postId.eq(post.id));
  const author = users.find(({ id }) => id === post.authorId);
  return (
    <Pressable role="link" testID="entry" style={[styles.entry, post.id === route && styles.chosen]} onPress={() => go(post.id)}>
      <Text testID="title" style={styles.title}>{post.title}</Text>
      <View style={[styles.row, styles.line]}>
        <Badge user={author} />
        <Text style={styles.fact}>{author?.name} · {day(post.createdAt)}</Text>
      </View>
      <View style={styles.row}>
        {post.status === PostStatus.DRAFT ? <Text style={styles.fact}>Draft</Text> : <Stars rating={post.rating} />}
        <Text testID="comments" style={[styles.fact, styles.end]}>{comments === 1 ? '1 comment' : `${comments} comments`}</Text>
      </View>
    </Pressable>
  );
}
