import { createContext, useContext } from 'react';
import type { User } from './models.js';

/** What every screen can reach, besides the store. */
export interface Blog {
  /** Everybody who writes, by name. */
  readonly users: readonly User[];
  /** Who is writing. */
  readonly me: User;
  /** What is shown: the key of a post, "new", or "" for the list alone. */
  readonly route: string;
  go(route: string): void;
  /** Shows a message at the foot of the screen. */
  notify(text: string): void;
  /** Runs a change; what fails is shown in words. */
  act(change: () => Promise<unknown>): Promise<void>;
}

export const BlogContext = createContext<Blog | undefined>(undefined);

/** The blog that a component is part of. */
export function useBlog(): Blog {
  const blog = useContext(BlogContext);
  if (!blog) throw new Error('useBlog: must be used inside BlogContext');
  return blog;
}
