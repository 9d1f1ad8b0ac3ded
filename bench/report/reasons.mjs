// Why another library is ahead in a row, as profiles say, and what the floor is. Only the
// reasons of rows that are lost are printed.

const LOADED = 'Others hold every record in memory once they are open, and need seconds to open; here the first question about a model reads it.';

/** How fast the machine of the profiles was. */
export const PROFILED = { row: 'w9a', raw: 563 };

export const REASONS = {
  bundle: 'The engine with Go\'s runtime is one WebAssembly file, which the browser keeps.',
  w1: 'The floor is IndexedDB\'s own opening. Above it stand the transfer of 4.3 MB of WebAssembly into the page, 15 to 45 ms; 35 ms for compiling a thousand functions, each when it is first called, as the browser keeps optimised code only; and what they do, the start of Go\'s runtime and the opening.',
  w2: 'The floor is one transaction of IndexedDB: 0.5 ms by JavaScript that does no more than ours asks for. On top are 0.45 ms of the page\'s thread: the record itself, the calls from Go to JavaScript, and Go\'s scheduler with the two events of a transaction, a third each. Of the transaction itself, 0.2 ms buy the comparison that keeps two tabs from writing the same entry. A log in a file of OPFS needs no transaction, but a worker, and lets one tab in. What is faster than both acknowledges before it is written.',
  w3: 'One commit, but 1,000 calls and promises. What is faster acknowledges before it is written.',
  w4: 'What is faster acknowledges before it is written.',
  disk: 'Records are stored as rows of JSON values and not compressed, and a block has the keys of its records beside it.',
  w5browser: 'As W1: the WebAssembly comes from the browser\'s cache and is compiled anew; the store itself is read within 20 ms, since one block answers.',
  w5page: 'As W1: the WebAssembly comes from the browser\'s cache and is compiled anew, where a library in plain JavaScript has next to nothing to load.',
  w6: `${LOADED} A get is a call of WebAssembly after that, of some 10 µs when its code is optimised and 40 before, and a lookup in a Map where all records are JavaScript objects.`,
  w6again: 'The page answers from what it was answered before; what is left of a get is 2 to 3 µs of checks and promises.',
  w7: `${LOADED} Of the first of these queries 100 ms are the reading of 27 MB out of IndexedDB, which plain JavaScript takes as well, 25 the building of the index.`,
  w7again: 'The page answers from what it was answered before; what is left are checks and promises.',
  w8: 'Of 20 queries the first takes about as long as all others together, since its code is compiled and the order by rating is built. The others test the posts with the best rating or two, 1,000 or 2,000 rows at 0.3 µs each in WebAssembly.',
  w9a: 'The index of 100,000 authors is built by the first of these queries, some 20 ms; the others go from 100 comments to their posts, rows that lie far apart.',
  w9again: 'The page answers from what it was answered before, unless the browser has taken that back for lack of room.',
  w9b: 'As W7, on the 20,000 join rows.',
  w10: 'The text of 20 MB is decoded, and strings are cut out of it without copies: 60 ms in plain JavaScript in a new page, with the records that are made of them, where it took 80 to parse JSON; the rest is the engine\'s, and the collector\'s. Where all records are JavaScript objects since the store was opened there is nothing to make.',
  w10again: 'The page answers from what it was answered before, which it has held since; what is left is to copy the list and to go through it.',
  w11: 'As W2, with a get before each save. What is faster acknowledges before it is written.',
  w11live: 'A live query tells in the turn of the save, before that is durable: a get, a copy, a call of WebAssembly for the save and one for the news.',
  w12: 'What is faster acknowledges before it is written.',
  w13heap: 'Records are held weakly, and models and the API take the rest; raw IndexedDB and engines in workers have none of it.',
  w13whole: 'All rows of a model that was asked about stay in memory with their indexes; raw IndexedDB and SQLite read them again.',
};
