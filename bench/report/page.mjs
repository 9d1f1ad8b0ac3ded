// Writes docs/performance.md and its charts from the figures of the last runs.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../examples/atlas/test/site.mjs';
import { BASES, PEERS } from '../registry.mjs';
import { BENDS } from './bends.mjs';
import { chart } from './chart.mjs';
import { growthChart } from './growth-chart.mjs';
import { PROFILED } from './reasons.mjs';
import { ROWS } from './rows.mjs';
import { blockTable, markdown, markdownTable, ratioTable, reasonTable } from './table.mjs';

const PAGE = join(root, 'docs/performance.md');
const DIRECTORY = join(root, 'docs/performance');
const CHARTS = [
  ['opening', 'Opening', 'From an empty page to a first answer, the library\'s code with it.'],
  ['writing', 'Writing', 'A figure of a library that acknowledges before it writes is not the same thing; the bar says when the bytes were on disk.'],
  ['reading', 'Reading', 'Each as one would write it with that library. Lazy work, such as reading a model for the first time, is in the first row that needs it.'],
  ['room', 'Room', 'What a page loads, and what the records take on disk and in memory.'],
];

/** Keeps the figures of a run: `name` is "results" or "growth". */
export function save(name, run) {
  mkdirSync(DIRECTORY, { recursive: true });
  writeFileSync(join(DIRECTORY, `${name}.json`), `${JSON.stringify(run, rounded)}\n`);
}

/** Figures to four digits: more of them mean nothing. */
function rounded(_, value) {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
}

/** The figures of the last run, or undefined. */
export function saved(name) {
  const file = join(DIRECTORY, `${name}.json`);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

export function writePage() {
  const [results, growth] = [saved('results'), saved('growth')];
  const parts = [INTRODUCTION];
  if (results) parts.push(...comparison(results));
  if (growth) parts.push(...growing(growth));
  writeFileSync(PAGE, `${parts.join('\n\n')}\n`);
}

const known = (ids) => PEERS.filter((p) => ids.includes(p.id));

const INTRODUCTION = `# Performance

How Granary compares with other libraries that keep records in the browser. This page is written by \`make bench-all\` and
\`make bench-growth\`; [bench/](../bench) has all that they run. Figures of one machine are good for ratios and orders, not for
promises: run \`make bench\` on yours.`;

const ROW_NOTES = `## How each row is timed

| row | what is timed |
| --- | --- |
| W1 | import of the library's code, opening where there is no database yet, and a get of a key that is not there |
| W2, W3 | 1,000 saves of a post, each awaited before the next; the same with \`Promise.all\` |
| W4 | all records, the quickest way that the library has. A library without one is stopped after a while and its time extrapolated; the rest is then put into its storage directly |
| W5 | import of the code, opening the full store and a get by key; in a browser that was started anew, and in a new page of it |
| W6 | 1,000 gets by key, each awaited before the next; then the same again, which a library may answer from what it has kept |
| W7 | 100 times the comments of a post; then the same again, as in W6 |
| W8 | posts with rating > 5, status ACTIVE and a word in the title; by rating downward, then by title; the first 50. Milliseconds of one query; each of 20 asks for another word |
| W9 | 100 times the posts with a comment by an author; the same again; 100 times the users joined with a post |
| W10 | all comments as objects, two fields of each read; then the same again |
| W11 | 1,000 changes of one field, each awaited before the next; then from a save to the call of the live query of W8 that shows it |
| W12 | 100 posts with their comments and join rows |
| W13 | memory of a page that did W10 and released what it got, after a collection, and after the seconds for which Granary holds answers itself; with workers and WebAssembly |

A post has an id, a title of 40 characters, a rating, a status and a time; a comment an id, the key of its post, 120 characters
and the name of its author; a user an id and a name; a join row two keys. There is an index on the rating of posts, the post and
the author of comments, and the post of join rows, in each library that has indexes. Libraries take turns, each in a new
browser on a new profile on disk, and the browser is at rest before each page. Every answer is checked against one computed
in plain JavaScript; after all, a new page has to find what the changes left. The longest block is the longest that a timer of
the page came late, which is what a click would have waited. "Granary" has its engine in the page, "Granary (worker)" in a
dedicated worker, as [\`host: 'worker'\`](worker.md) opens it; of the others, sqlite-wasm is in one, too.`;

const command = ({ size, rounds }) => (size === 'L' ? `make bench-all ROUNDS=${rounds}` : `node bench/run.mjs --size ${size} --rounds ${rounds} --write`);

function roundsOf({ rounds }, peers) {
  if (rounds === 1) return 'one round';
  const fewer = peers.filter((p) => p.rounds < rounds).map((p) => `${p.rounds} of ${p.name}`);
  return [`medians of ${rounds} rounds in rotation (least–most)`, ...fewer].join(', ');
}

function comparison(run) {
  const peers = known(run.peers);
  const count = (n) => n.toLocaleString('en');
  const size = `${count(run.posts)} posts, ${count(run.posts * 10)} comments, ${count(run.posts / 10)} users and ${count(run.posts * 2)} join rows`;
  return [
    `${run.machine}; ${run.browser}, headless; ${run.date}. \`${command(run)}\` took ${run.minutes} minutes: ${size}; ${roundsOf(run, peers)}.`,
    '## How many times as good Granary is', 'Times and sizes of the other divided by those of Granary with its engine in the page: "3 ×" where Granary is ahead, "1/3" where the other is. What an [engine in a worker](worker.md) changes is in the charts and in the tables of all figures and of blocks.',
    ratioTable(run, peers),
    ...CHARTS.flatMap(([kind, title, note]) => {
      writeFileSync(join(DIRECTORY, `${kind}.svg`), chart(run, peers, kind));
      return [`## ${title}`, note, `![${title}: a panel for each workload, a row for each library](performance/${kind}.svg)`];
    }),
    '## What is true when a write is acknowledged',
    markdown([['library', 'version', 'when its promise resolves'], ...peers.map((p) => [p.name, p.packages.map((name) => `${name} ${run.versions[name]}`).join(', ') || '–', p.durable])], { words: true }),
    '## All figures', markdownTable(run, peers),
    '## Where another is ahead, and why', profiled(run), reasonTable(run, peers),
    '## The longest block of the page, in milliseconds', blockTable(run, peers),
    ROW_NOTES,
  ];
}

/** Reasons have figures of their own: how their machine compares with this one. */
function profiled({ summary }) {
  const here = summary[PROFILED.row][BASES.raw]?.median;
  const there = `Milliseconds in the reasons are of profiles on a machine where raw IndexedDB took ${PROFILED.raw} ms for the first row of W9`;
  return here ? `${there}, against ${Math.round(here).toLocaleString('en')} here.` : `${there}.`;
}

function growing(growth) {
  writeFileSync(join(DIRECTORY, 'growth.svg'), growthChart(growth));
  const sizes = growth.sizes.map((n) => n.toLocaleString('en'));
  return [
    '## How cost grows',
    `\`make bench-growth\`, ${growth.date}, ${growth.browser}, one round a size: each workload at ${sizes.join(', ')} records in all, for Granary, in the page, and the two other libraries that do best at it. Libraries were measured one after the other, and not all in one hour, so orders count and not tenths. A dash: not measured, or more than the library can hold.`,
    `![Growth: a panel for each workload, a line for each library](performance/growth.svg)`,
    markdown([['row', 'why its lines bend'], ...BENDS], { words: true }),
    markdown([['', 'library', ...sizes], ...ROWS.filter(({ key }) => growth.rows[key]).flatMap(({ key, label, unit }) => growth.rows[key].map(({ name, values }, i) => [
      i === 0 ? `${label}, ${unit}` : '', name, ...values.map((v) => (v > 0 ? String(Number(v.toPrecision(3))) : '–')),
    ]))]),
  ];
}
