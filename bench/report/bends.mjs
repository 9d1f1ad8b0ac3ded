// Why the lines of the chart of growth bend where they do: those of Granary, and what is
// to be seen of the others. What was not looked into says so.

export const BENDS = [
  ['W2, W3, W11, W12', 'Level, within what the machine varies: a commit costs what it writes, and indexes lead to the rows that it touches. Raw IndexedDB puts into a tree that hardly deepens.'],
  ['W4', 'At 1,000 records most of it is the four commits; at 10,000 some 17 µs a record, while the engine\'s code is not optimised yet, then 8 to 9, and 7 at 1,000,000. Raw IndexedDB pays 0.1 ms a record, and so does Dexie on it, and 0.2 to 0.3 at 1,000,000, where sqlite-wasm, too, takes three times as much for each; why was not looked into. TanStack DB\'s import of 1,000,000 had not ended after half an hour, the browser idle.'],
  ['disk', 'Small stores are their log, which is folded into blocks when it is longer than half a megabyte at the end; from there on it is some 140 bytes a record, what is kept aside for deletions included.'],
  ['W5', 'Level: one block answers, and the rest is the engine. At 1,000,000 the keys of the blocks of posts, four bytes a record, are read before it, and there are 300 kB of them. Dexie takes 1.7 and 1.8 s for a new page at 1,000,000, in two measurements, and 0.1 s in the restarted browser before it; why was not looked into.'],
  ['W6', 'At 1,000 records there are 76 posts, which are asked for again and again; from 10,000 on 1,000 gets are of 763 posts and more, and the model is read as a whole after some. At 1,000,000 that are 76,000 posts.'],
  ['the same again', 'Level: the page answers from what it was answered before, which it holds fast for some seconds. RxDB keeps its answers, too; WatermelonDB goes through its records again.'],
  ['W7, W9', 'Up to 10,000 records the hundred queries themselves; above that what the first of them does, a line: in W7 the reading of the comments and the building of an index, 2 µs a comment, in W9 the building of another, 0.3 µs, and the reading of the join rows.'],
  ['W8', 'From 10,000 records on a line: posts of one rating are in order by title, so all of them have to be looked at. Below, calls and the engine\'s code that is not optimised yet.'],
  ['W10', 'A line; from 1.0 µs a comment at 100,000 records to 1.7 at 1,000,000, where the browser\'s collector goes through ten times as many objects. WatermelonDB and TanStack DB made theirs when they were opened.'],
  ['W11 live', 'Level: the change is looked up in the order of the answer. Those who go through their records grow with them.'],
  ['W13', 'The page with all comments in memory: 8 MB of an engine without records, and 0.34 kB a comment with its indexes.'],
];
