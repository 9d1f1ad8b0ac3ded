// Tests of the page that say nothing of an engine in a worker, by a part of their title,
// each with the reason. web/test/worker.test.ts has what is said there instead.

const PLANTED = 'reaches into the engine, the class Go or IndexedDB of its own thread, which is not that of the worker';
const AT_ONCE = 'has the first answer of a live query, or its refusal, in the turn in which it subscribes; a worker takes a trip';
const OTHERS = 'reads in one store what another has just written, of which a message tells';

export const PAGE_ONLY = [
  ['in an export that panics is replaced', PLANTED],
  ['in a goroutine that panics is replaced', PLANTED],
  ['in a timer is replaced', PLANTED],
  ['in the stack is replaced', PLANTED],
  ['in memory is replaced', PLANTED],
  ['is replaced for all its stores, out of the same module', PLANTED],
  ['leaves records that did not change the same objects, and tells nobody', PLANTED],
  ['rejects a transaction that was under way, which then can be run again', PLANTED],
  ['is given up at the third crash within ten seconds', PLANTED],
  ['lets a store be closed while it is replaced', PLANTED],
  ['is asked for by single commits of a store that is', PLANTED],
  ['are those of one store, or of all', PLANTED],
  ['calls the engine once for the query, and once for the rows of each model', PLANTED],
  ['is answered by the page while no record changes', PLANTED],
  ['is answered by the page when nobody has kept the answer', PLANTED],
  ['settles every promise when it stops', PLANTED],
  ['make exactly those items anew of which something has changed', AT_ONCE],
  ['keep window, order and objects of the others through each kind of change', AT_ONCE],
  ['count at once, and then each time that the number is another one', AT_ONCE],
  ['group at once, and then after each commit that makes the groups others', AT_ONCE],
  ['end with the reason when there can be no answer any more', AT_ONCE],
  ['answer at once, and then once for each commit that changes the answer', AT_ONCE],
  ['are shared by their subscribers, and end with the last', AT_ONCE],
  ['live-queries.md says what is so', AT_ONCE],
  ['tabs.md says what is so', OTHERS],
];
