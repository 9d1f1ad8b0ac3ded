// Runs the peers in rotation and collects what they measured.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { root } from '../../examples/atlas/test/site.mjs';
import { BUILD, bundle } from './bundle.mjs';
import { serve } from './site.mjs';
import { measure } from './visits.mjs';

/**
 * Measures every peer in every round, each time in a new browser on a new profile that
 * is kept on disk. Another peer begins each round; one that takes minutes has fewer of
 * them. Gives the rounds of each peer by id; `told` hears of each figure, `done` of the results after each round.
 */
export async function compare({ peers, posts, rounds, cap, settle, told = () => {}, done = () => {} }) {
  const site = await open(peers);
  const results = Object.fromEntries(peers.map(({ id }) => [id, []]));
  try {
    for (let round = 0; round < rounds; round++) {
      for (const peer of rotated(peers, round).filter((p) => round < (p.rounds ?? rounds))) {
        results[peer.id].push(await onNewProfile((profile) => measure({
          site, profile, peer, posts, cap, settle, told: (key, figure) => told({ peer, round, key, figure }),
        })));
      }
      done(results);
    }
  } finally {
    await site.close();
  }
  return results;
}

/** Serves the pages and the bundled adapters, and counts what a page loads of these. */
export async function open(peers) {
  const bundles = bundle(peers);
  const files = new Set();
  const mounts = { '/page/': [join(root, 'bench/page')] };
  for (const { id } of peers) mounts[`/adapters/${id}/`] = bundles[id];
  const site = await serve(mounts, (path, file) => path.startsWith('/adapters/') && files.add(file));
  return {
    ...site,
    startCounting: () => files.clear(),
    /** Bytes of the files that were loaded, each compressed with brotli. */
    counted: () => [...files].reduce((sum, file) => sum + compressed(file), 0),
  };
}

const sizes = new Map();

function compressed(file) {
  const made = `${file}.br`; // Granary's files are compressed by its build
  if (!sizes.has(file)) sizes.set(file, existsSync(made) ? statSync(made).size : brotliCompressSync(readFileSync(file)).length);
  return sizes.get(file);
}

/** Profiles are beside what is built, not among the system's temporary files, which may be kept in memory. */
export async function onNewProfile(work) {
  mkdirSync(BUILD, { recursive: true });
  const profile = mkdtempSync(join(BUILD, 'profile-'));
  try {
    return await work(profile);
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

function rotated(list, by) {
  return list.map((_, i) => list[(i + by) % list.length]);
}
