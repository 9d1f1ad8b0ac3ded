import { GranaryProvider } from 'granary/react';
import { Component, type ReactNode } from 'react';
import { AppRegistry, Text } from 'react-native';
import { App } from './app.js';
import { openBlog } from './store.js';
import { styles } from './theme.js';

/** Opens the store, and leaves it where the console and the tests find it. */
async function open() {
  const blog = await openBlog();
  Object.assign(globalThis, { blog });
  return blog;
}

/** Says in words why there is no blog. */
class Boundary extends Component<{ readonly children: ReactNode }, { readonly reason?: string }> {
  override state: { readonly reason?: string } = {};

  static getDerivedStateFromError(error: unknown) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }

  override render() {
    const { reason } = this.state;
    return reason === undefined ? this.props.children : <Text role="alert" style={styles.nothing}>The blog cannot be shown: {reason}</Text>;
  }
}

const Root = () => (
  <Boundary>
    <GranaryProvider open={open} fallback={<Text style={styles.nothing}>Opening …</Text>}><App /></GranaryProvider>
  </Boundary>
);

AppRegistry.registerComponent('Marginalia', () => Root);
AppRegistry.runApplication('Marginalia', { rootTag: document.getElementById('root')! });
