import { Predicates } from 'granary';
import { useLiveQuery } from 'granary/react';
import { useMemo, useState } from 'react';
import { Pressable, Text, useWindowDimensions, View } from 'react-native';
import { BlogContext, type Blog } from './blog.js';
import { User } from './models.js';
import { Action, Badge } from './parts.js';
import { NewPost } from './post-form.js';
import { PostList } from './post-list.js';
import { PostView } from './post-view.js';
import { styles } from './theme.js';

/** From this width on the list stands beside what was chosen from it. */
const WIDE = 800;

/** The screens: the list, a post, a new post. */
export function App() {
  const { items: users } = useLiveQuery(User, Predicates.ALL, { sort: (u) => u.name('ASCENDING') });
  const wide = useWindowDimensions().width >= WIDE;
  const [writer, setWriter] = useState('ada');
  const [route, go] = useState('');
  const [notice, notify] = useState('');

  const blog = useMemo<Blog | undefined>(() => {
    const me = users.find(({ id }) => id === writer) ?? users[0];
    const act = (change: () => Promise<unknown>) => change().then(
      () => undefined,
      (error: unknown) => notify(error instanceof Error ? error.message : String(error)),
    );
    return me && { users, me, route, go, notify, act };
  }, [users, writer, route]);

  if (!blog) return null;
  return (
    <BlogContext.Provider value={blog}>
      <View style={styles.screen}>
        <View style={styles.top}>
          <Text role="heading" aria-level={1} style={styles.name}>Marginalia</Text>
          <Text style={styles.fact}>Writing as {blog.me.name}</Text>
          <View style={styles.row}>
            {users.map((user) => (
              <Pressable key={user.id} role="button" testID={`as-${user.id}`} aria-label={`Write as ${user.name}`} onPress={() => setWriter(user.id)}>
                <Badge user={user} writing={user === blog.me} />
              </Pressable>
            ))}
          </View>
        </View>
        <View style={styles.columns}>
          {(wide || route === '') && <PostList wide={wide} />}
          {(wide || route !== '') && (
            <View style={styles.main}>
              {route === 'new' ? <NewPost />
                : route ? <PostView key={route} id={route} />
                : <Text style={styles.nothing}>Choose a post, or write one.</Text>}
            </View>
          )}
        </View>
        {notice !== '' && (
          <View role="status" testID="notice" style={styles.notice}>
            <Text style={styles.said}>{notice}</Text>
            <Action id="close" label="×" name="Close the message" onPress={() => notify('')} />
          </View>
        )}
      </View>
    </BlogContext.Provider>
  );
}
