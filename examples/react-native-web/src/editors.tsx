import { useLiveQuery } from 'granary/react';
import { Text, View } from 'react-native';
import { useBlog } from './blog.js';
import { User, type Post } from './models.js';
import { Action } from './parts.js';
import { styles } from './theme.js';

/** The editors of a post, many to many: added and removed one by one. */
export function Editors({ post }: { readonly post: Post }) {
  const { users, act } = useBlog();
  const { items: editors } = useLiveQuery(User, (u) => u.edits.id.eq(post.id), { sort: (u) => u.name('ASCENDING') });
  const others = users.filter((user) => user.id !== post.authorId && !editors.some(({ id }) => id === user.id));
  return (
    <>
      <Text role="heading" aria-level={3} style={styles.subheading}>Edited by</Text>
      <View style={styles.row}>
        {editors.map((user) => (
          <Action key={user.id} id="editor" label={`${user.name} ×`} name={`Remove ${user.name}`} kind="selected" onPress={() => act(() => post.editors.remove(user))} />
        ))}
        {others.map((user) => (
          <Action key={user.id} id={`add-${user.id}`} label={`+ ${user.name}`} name={`Add ${user.name}`} onPress={() => act(() => post.editors.add(user))} />
        ))}
      </View>
    </>
  );
}
