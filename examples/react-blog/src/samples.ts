// What the blog holds at the first visit. The keys are the same in every browser, so
// that two which bring the samples to one server at once bring the same records.

import type { PostStatus } from './models.js';

export const people = [
  { id: 'ada', name: 'Ada Brandt', hue: 14 },
  { id: 'jonas', name: 'Jonas Feld', hue: 205 },
  { id: 'mei', name: 'Mei Tanaka', hue: 152 },
  { id: 'tomas', name: 'Tomás Rey', hue: 278 },
  { id: 'zora', name: 'Zora Adeyemi', hue: 42 },
] as const;

interface Sample {
  readonly id: string;
  readonly title: string;
  readonly body: string;
  readonly status: PostStatus;
  readonly rating: number;
  readonly createdAt: string;
  readonly author: string;
  readonly editors: readonly string[];
  readonly comments: readonly (readonly [author: string, content: string, createdAt: string])[];
}

export const samples: readonly Sample[] = [
  {
    id: 'orchard', title: 'The orchard keeps its own calendar', status: 'PUBLISHED', rating: 5, createdAt: '2026-03-02T07:40:00Z', author: 'ada', editors: ['mei', 'tomas'],
    body: 'The old pears flower nine days before the young ones, every year, whatever the weather does. My grandfather wrote the dates on the inside of the shed door, and I have gone on with it.\n\nForty-one lines now. The first says only: “bees, finally”.',
    comments: [
      ['zora', 'Please put a photograph of that door somewhere safe.', '2026-03-02T09:05:00Z'],
      ['jonas', 'Nine days here too, sixty kilometres further north. I had never thought to compare.', '2026-03-02T11:30:00Z'],
      ['mei', 'Forty-one lines are a data set.', '2026-03-03T06:12:00Z'],
    ],
  },
  {
    id: 'bell', title: 'A bicycle bell in the fog', status: 'PUBLISHED', rating: 4, createdAt: '2026-02-21T18:15:00Z', author: 'jonas', editors: ['ada'],
    body: 'You hear it before you know where it is, and then you know where everything is: the wall, the hedge, the open gate. Fog makes a room out of a field.\n\nI have started to ring mine at corners even when the day is clear.',
    comments: [
      ['tomas', 'Bats would approve.', '2026-02-21T20:00:00Z'],
      ['ada', 'The open gate is the best thing in it.', '2026-02-22T08:45:00Z'],
    ],
  },
  {
    id: 'kettle', title: 'Notes on mending a kettle', status: 'PUBLISHED', rating: 3, createdAt: '2026-02-09T12:00:00Z', author: 'mei', editors: [],
    body: 'It was the gasket. It is nearly always the gasket. The interesting part is how long I looked at everything else, because everything else was more interesting.\n\nThe new one cost less than the tea.',
    comments: [['zora', 'This is also how I look for my glasses.', '2026-02-09T12:20:00Z']],
  },
  {
    id: 'letters', title: 'Letters that arrive late', status: 'PUBLISHED', rating: 5, createdAt: '2026-01-28T16:30:00Z', author: 'zora', editors: ['ada', 'jonas', 'mei'],
    body: 'A letter from my aunt came eleven years after she had posted it. It asks whether I still play, and says that there is no hurry with the answer.\n\nI wrote back the same evening. I told her about the piano, and about everybody, in the present tense.',
    comments: [
      ['ada', 'I read this twice and then went for a walk.', '2026-01-28T19:10:00Z'],
      ['mei', 'No hurry with the answer.', '2026-01-29T07:00:00Z'],
      ['jonas', 'Where had it been?', '2026-01-29T10:25:00Z'],
      ['zora', 'Behind a sorting cabinet. They moved the cabinet.', '2026-01-29T10:40:00Z'],
    ],
  },
  {
    id: 'train', title: 'Östersund, by the slow train', status: 'PUBLISHED', rating: 4, createdAt: '2026-01-11T09:00:00Z', author: 'tomas', editors: ['zora'],
    body: 'Seven hours, two of them in daylight. The conductor knows which side the lake will be on and tells only the children.\n\nI took notes on the other side, so that you need not.',
    comments: [['jonas', 'Left or right?', '2026-01-11T09:30:00Z'], ['tomas', 'Ask a child.', '2026-01-11T21:50:00Z']],
  },
  {
    id: 'tides', title: 'What the tide tables leave out', status: 'PUBLISHED', rating: 3, createdAt: '2025-12-19T14:20:00Z', author: 'ada', editors: ['tomas'],
    body: 'They give the height and the hour. They do not say that the causeway is wet for twenty minutes more, that the gulls know it first, or that there is always somebody with a pushchair.',
    comments: [],
  },
  {
    id: 'soups', title: 'Six soups for a house without heating', status: 'DRAFT', rating: 0, createdAt: '2026-03-05T10:10:00Z', author: 'mei', editors: ['ada'],
    body: 'Leek and barley. Red lentil with too much lemon. The one with bread in it. Squash, but only on Sundays. A clear one for when nobody has slept.\n\nThe sixth is still a secret, because it does not work yet.',
    comments: [['ada', 'Is the sixth the one from Tuesday? Then yes.', '2026-03-05T11:00:00Z']],
  },
  {
    id: 'lines', title: 'An index of first lines', status: 'DRAFT', rating: 0, createdAt: '2026-02-27T22:05:00Z', author: 'zora', editors: [],
    body: 'I am collecting the first lines of notebooks: mine, and those that people let me see. Nearly all of them are about the notebook.',
    comments: [],
  },
];
