// The records of the comparison, the same in every run: a blog of posts, comments, users,
// and join rows that say who edits which post.

/** The sizes by name, in posts. A post brings 10 comments, a tenth of a user and 2 join rows. */
export const SIZES = { tiny: 100, S: 1_000, L: 10_000 };

export const MODELS = ['posts', 'users', 'comments', 'links'];
export const STATUSES = ['DRAFT', 'ACTIVE', 'ARCHIVED'];
/** The word that the workload of predicates looks for; one title in eight or so has it. */
export const NEEDLE = 'harbour';

/** The words of titles and contents. */
export const WORDS = [
  'amber', 'basalt', 'cedar', 'delta', 'ember', 'fjord', 'glacier', NEEDLE, 'island', 'juniper', 'kelp', 'lantern', 'meadow', 'nimbus',
  'orchard', 'pebble', 'quartz', 'river', 'saddle', 'thistle', 'upland', 'valley', 'willow', 'yarrow',
];
const TITLE = 40;
const CONTENT = 120;
const RATINGS = 10;
const START = Date.UTC(2026, 0, 1);

/** Numbers from 0 to 1 that look random: mulberry32. */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Makes the records of `count` posts: { posts, users, comments, links }. */
export function makeData(count, seed = 20_261) {
  const make = maker(seed);
  const posts = Array.from({ length: count }, () => make.post());
  const users = Array.from({ length: Math.max(10, Math.round(count / 10)) }, (_, i) => ({ id: make.id(), username: `user${i}` }));
  const comments = Array.from({ length: count * 10 }, () => ({
    id: make.id(), postID: make.oneOf(posts).id, content: make.text(CONTENT), author: make.oneOf(users).username,
  }));
  // Two users for each post, which are never the same.
  const links = posts.flatMap((post) => {
    const first = make.below(users.length);
    const second = (first + 1 + make.below(users.length - 1)) % users.length;
    return [first, second].map((i) => ({ id: make.id(), postID: post.id, userID: users[i].id }));
  });
  return { posts, users, comments, links };
}

/** Makes posts alone, which are none of makeData's. */
export function makePosts(count, seed) {
  const make = maker(seed);
  return Array.from({ length: count }, () => make.post());
}

function maker(seed) {
  const next = random(seed);
  const below = (n) => Math.floor(next() * n);
  const oneOf = (list) => list[below(list.length)];
  const hex = (digits) => below(16 ** digits).toString(16).padStart(digits, '0');
  const id = () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(6)}${hex(6)}`;
  // A text begins with digits and is cut off where it is long enough.
  const text = (length) => {
    let made = hex(6);
    while (made.length < length) made += ` ${oneOf(WORDS)}`;
    return made.slice(0, length);
  };
  // A title begins with a word and ends with what makes it the only one.
  const title = () => {
    const made = text(TITLE);
    return `${made.slice(7)} ${made.slice(0, 6)}`;
  };
  const post = () => ({
    id: id(), title: title(), rating: below(RATINGS), status: oneOf(STATUSES), createdAt: new Date(START + below(3e7) * 1_000).toISOString(),
  });
  return { below, oneOf, id, text, post };
}
