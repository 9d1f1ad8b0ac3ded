import { createContext, useContext } from 'react';
import type { Collisions } from './collisions.js';
import type { User } from './models.js';
import type { Blog } from './store.js';

/** A message at the foot of the page. */
export interface Notice {
  readonly text: string;
  readonly wrong?: boolean;
  readonly undo?: () => Promise<unknown>;
  /** Where there is more to see, and what leads there is called. */
  readonly more?: { readonly label: string; readonly show: () => void };
}

/** What every part of the page can reach. */
export interface BlogContext {
  readonly store: Blog;
  /** The edits that met edits made elsewhere. */
  readonly met: Collisions;
  /** Everybody who writes, by name. */
  readonly users: readonly User[];
  /** Who is writing. */
  readonly me: User;
  /** Shows a message, or none. */
  notify(notice: Notice | undefined): void;
  /** Shows how the sync goes, in full. */
  openSync(): void;
  /** Runs a change; what fails is shown in words. */
  act(change: () => Promise<unknown>): Promise<void>;
}

export const BlogProvider = createContext<BlogContext | undefined>(undefined);

/** The blog that a component is part of. */
export function useBlog(): BlogContext {
  const blog = useContext(BlogProvider);
  if (!blog) throw new Error('useBlog: must be used inside BlogProvider');
  return blog;
}
