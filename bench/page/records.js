// The records that live queries are measured with: cities as the atlas has them, the same
// in every run.

const SYLLABLES = ['al', 'ber', 'ca', 'dor', 'es', 'fa', 'gra', 'ho', 'il', 'ju', 'ka', 'lo', 'mün', 'no', 'ō', 'pra', 'ri', 'são', 'tu', 'vil'];
const COUNTRIES = 250;

/** Numbers from 0 to 1 that look random: xorshift with 32 bits. */
function random(seed) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Makes `count` records; every population is another, so that an order by it is the only one. */
export function records(count, seed = 20_261) {
  const next = random(seed);
  const word = () => Array.from({ length: 2 + Math.floor(next() * 3) }, () => SYLLABLES[Math.floor(next() * SYLLABLES.length)]).join('');
  const step = 7_919; // a prime: i × step modulo a larger prime meets no number twice
  return Array.from({ length: count }, (_, i) => {
    const name = `${word()} ${word()}`;
    return {
      id: String(1_000_000 + i * 7),
      name,
      search: name.normalize('NFD').replace(/\p{M}/gu, ''),
      population: ((i + 1) * step) % 1_299_709,
      lat: Math.round((next() * 180 - 90) * 1e5) / 1e5,
      lon: Math.round((next() * 360 - 180) * 1e5) / 1e5,
      countryCode: `C${Math.floor(next() * COUNTRIES)}`,
    };
  });
}
