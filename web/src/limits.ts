// The bounds of this side of the boundary. The engine has its own for what is
// stored; these keep the page's thread and stack safe before a call is made.

/** How deep arrays and objects inside a value may be nested. The engine reads no deeper. */
export const MAX_JSON_DEPTH = 256;

/** How many arrays, objects and scalars one value may hold; it also ends a value that shares parts without end. */
export const MAX_JSON_NODES = 4_000_000;

/** How deep groups and relations of a predicate may be nested. The engine reads no deeper. */
export const MAX_PREDICATE_DEPTH = 64;

/** How many relations one query may include; the engine also says how deep. */
export const MAX_INCLUDES = 64;

/** How many rows are fetched and parsed in one buffer. */
export const ROWS_PER_FETCH = 4_096;

/** A store whose engine crashes so often within so many milliseconds is given up. */
export const MOST_CRASHES = 3;
export const MOST_CRASHES_WITHIN = 10_000;

/** Names longer than this are not compared when a likely name is sought. */
export const MAX_COMPARED_NAME = 64;
