// In the page: strings of all kinds, and names that every object has.

import { random } from './history.mjs';

const THINGS = 'type Thing @model { id: ID! name: String! tags: [String!] data: AWSJSON }';

/** Strings by class. What they lack up to the number wanted is put together from pieces of them. */
const CLASSES = {
  empty: ['', ' ', '\t', '\n', '\r\n', '\0', '\0\0', 'a\0', '\0a', 'a\0b'],
  names: ['__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toString', 'valueOf', 'then', 'toJSON', 'undefined', 'null', 'true', 'false', 'NaN', 'Infinity',
    '-Infinity', 'None', 'nil', 'this', 'arguments', 'length', 'id', 'eval', 'and', 'or', 'not', '$where', '$ne', '_id', 'type', '__typename'],
  numbers: ['0', '-0', '00', '1', '-1', '1.0', '1.', '.1', '+1', '1e3', '1E+3', '1e999', '-1e-999', '0x1F', '0b1', '0o7', '1_000', '1,000', '1.000,00', '٣', '१२३', '①',
    '9007199254740993', '18446744073709551616', '123456789012345678901234567890', '0.1', '-.5', '1/2', '½', '2024-02-30', '00:00', '1n', '-', '+', '.', 'e', '0e0'],
  surrogates: ['\ud800', '\udbff', '\udc00', '\udfff', '\ud800a', 'a\udc00', '\udc00\ud800', '\ud83d', '\ud83d\ud83d', '\ude00\ud83d\ude00', '\ud83d\ude00\ud83d',
    '\ud800\0', '\udbff\udfff', '\ud800\udc00', '\uffff', '\ufffe', '\ufffd', '\ufeff', '\ufeffa', 'a\ufeff'],
  controls: Array.from({ length: 32 }, (_, i) => `c${String.fromCharCode(i)}c`).concat(Array.from({ length: 33 }, (_, i) => String.fromCharCode(0x7f + i))),
  spaces: ['\u00a0', '\u1680', '\u2000', '\u2003', '\u2007', '\u200a', '\u2028', '\u2029', '\u202f', '\u205f', '\u3000', '\u200b', '\u200c', '\u200d', '\u2060', '\u180e',
    'a\u2028b', 'a\u2029b', '\u00ad', '\u115f', '\u3164', '\uffa0'],
  bidi: ['\u202eabc', '\u202dabc\u202c', '\u2066abc\u2069', '\u2067\u2068', '\u061c', '\u200fabc', 'abc\u200e', 'שלום', 'مرحبا', 'אb1ג', '\u202e\u202d\u202c',
    'a\u202eb\u202cc', 'العربية 123 English'],
  combining: ['e\u0301', '\u00e9', '\u0301', 'a\u0300\u0301\u0302\u0303\u0304', `z${'\u0335'.repeat(100)}`, 'ö', 'o\u0308', '\u1e9b\u0323', '\u212b', 'Å', 'ﬃ', 'ŉ', 'ß', 'ẞ',
    'İ', 'ı', 'i\u0307', 'Σςσ', '한', '\u1112\u1161\u11ab', 'ഃ', 'ก็', 'த்'],
  emoji: ['😀', '👍🏽', '👩‍👩‍👧‍👦', '🏳️‍🌈', '🇩🇪', '🇩', '1️⃣', '❤️', '❤', '🧑🏿‍🚀', '👁️‍🗨️', '𠜎', '𝒳', '𐍈', '\u{10ffff}', '\u{1f000}', '💩💩💩'],
  sql: ["'", "''", "';--", "' OR '1'='1", "'; DROP TABLE users;--", '" OR ""="', '`', "admin'/*", '1;SELECT 1', 'UNION SELECT NULL', '%', '_', '%_%', '\\', "\\'", '{"$gt":""}', '*',
    '*:*', '(objectClass=*)'],
  html: ['<', '>', '&', '&lt;', '&#x27;', '&nbsp', '<b>', '</b>', '<script>alert(1)</script>', '</script><script>', '<img src=x onerror=alert(1)>', '"><svg/onload=alert(1)>', '<!--',
    '-->', ']]>', '<![CDATA[', 'javascript:alert(1)', '<style>*{display:none}</style>', '{{7*7}}', '${7*7}', '#{7*7}', '<%= 7*7 %>', '<?php', '&zwnj;', '<iframe srcdoc="">',
    "'-alert(1)-'", 'data:text/html,x'],
  code: ['$(id)', '`id`', '| id', '; id', '&& id', '%s', '%n', '%x%x', '%d', '%p', '{0}', '../../etc/passwd', '..\\..', '/dev/null', 'C:\\', 'NUL', 'CON', 'file:///', '\\u0000', '\\x00',
    '\\n', '\\"', '\\\\', '//', '/*', '*/', '#', '--', '[]', '{}', '[[', '{"a":1}', '"', 'function(){}', '()=>{}', '\u001b[31m', '\u001b]0;x\u0007', 'a=b&c=d', '%00', '%0a',
    '%2e%2e', 'xn--a', '\r\nSet-Cookie: a=b', '${jndi:ldap://x}'],
  json: ['{', '}', '[', ']', ',', ':', '\\u', '\\ud800', '{"__proto__":1}', '[1,', 'nul', '"\\', '/', '\\/', '\b\f\n\r\t', '{"a":{"a":{"a":1}}}', '[]]', '\u2028"', "'a'"],
  scripts: ['Iñtërnâtiônàlizætiøn', '田中さんにあげて下さい', '和製漢語', '부락', 'Ελληνικά', 'русский', 'ไทย', 'हिन्दी', '中文', 'ꦗꦮ', 'ᚠᛇᚻ', '᚛ᚄᚓᚐᚋ᚜', 'ⅰⅱⅲ', 'ＦＵＬＬ', 'ｶﾅ', 'ᏣᎳᎩ',
    'አማርኛ', 'Tiếng Việt', 'ქართული', 'հայերեն', '˙ɐnbᴉlɐ', '₀₁₂', '⁰⁴⁵', 'Ω≈ç√∫', '田'.repeat(300), 'œ∑´®†¥¨ˆøπ“‘', '¡™£¢∞§¶•ªº–≠'],
  long: ['x'.repeat(255), 'x'.repeat(256), 'x'.repeat(1023), 'é'.repeat(1024), '😀'.repeat(5000), '\0'.repeat(1000), '\ud800'.repeat(1000), '"'.repeat(2000), '\\'.repeat(2000),
    'y'.repeat(65_535), 'z'.repeat(65_537), 'ab\n'.repeat(10_000)],
};

/** As many different strings as wanted, the same for the same seed. */
function strings({ seed, many }) {
  const next = random(seed);
  const all = Object.values(CLASSES).flat();
  const set = new Set(all);
  const piece = () => {
    const whole = all[Math.floor(next() * all.length)];
    return whole.length > 300 ? '' : whole;
  };
  while (set.size < many) set.add(piece() + piece() + (next() < 0.5 ? String.fromCharCode(Math.floor(next() * 65_536)) : piece()));
  return [...set].slice(0, Math.max(many, all.length));
}

/** Ids are every string but the empty one, as it is, and those of the records that hold the strings. */
const idsOf = (list) => list.filter((s) => s !== '' && s.length <= 500);
const holderOf = (i) => `holder of string ${i}`;
const dataOf = (s) => ({ [`k${s}`]: s, list: [s, Object.fromEntries([[s, 1]])] });

/** Saves every string and holds what the page has against it. */
export async function saveStrings(options) {
  await rig.open({ name: 'strings', sdl: THINGS });
  const { Thing } = store.models;
  const list = strings(options);
  await store.saveAll(list.map((name, i) => new Thing({ id: holderOf(i), name, tags: [name, name], data: dataOf(name) })));
  await store.saveAll(idsOf(list).map((id) => new Thing({ id, name: 'bare' })));
  return { strings: list.length, wrong: await compare(list) };
}

/** Holds what another page finds in the store against every string. */
export async function readStrings(options) {
  await rig.open({ name: 'strings', sdl: THINGS });
  const list = strings(options);
  return { strings: list.length, wrong: [...(await compare(list)), ...(await store.check()).problems] };
}

async function compare(list) {
  const { Thing } = store.models;
  const wrong = [];
  for (const [i, s] of list.entries()) {
    const thing = await store.query(Thing, holderOf(i));
    const same = thing?.name === s && thing.tags.length === 2 && thing.tags.every((tag) => tag === s) && JSON.stringify(thing.data) === JSON.stringify(dataOf(s));
    if (!same) wrong.push(`${shown(s)} came back as ${JSON.stringify(thing)?.slice(0, 200)}`);
    const found = await store.query(Thing, (t) => t.name.eq(s));
    if (!found.some(({ id }) => id === holderOf(i))) wrong.push(`${shown(s)} is not found by its value`);
  }
  for (const id of idsOf(list)) if ((await store.query(Thing, id))?.id !== id) wrong.push(`${shown(id)} is not found as an id`);
  return wrong;
}

const shown = (s) => JSON.stringify(s).slice(0, 80);

/** Tries each name of every object as model, as field, as id and as a member of JSON: it works, or is refused with a code. */
export async function tryNames() {
  const names = [...Object.getOwnPropertyNames(Object.prototype), 'prototype', 'then', 'toJSON', 'name', 'length', 'arguments', 'caller', 'call', 'apply', 'bind'];
  const before = JSON.stringify(members());
  const result = { tried: 0, worked: 0, refused: 0, wrong: [] };
  for (const name of names) {
    for (const [kind, attempt] of Object.entries(ATTEMPTS)) {
      result.tried++;
      const fault = await attempt(name).then((same) => (same ? undefined : new Error('it came back otherwise')), (error) => error);
      if (fault?.code === 'SCHEMA' || fault?.code === 'INVALID') result.refused++;
      else if (fault === undefined) result.worked++;
      else result.wrong.push(`${name} as ${kind}: ${fault.code ?? ''} ${fault.message}`);
    }
  }
  if (JSON.stringify(members()) !== before || {}.polluted !== undefined) result.wrong.push('prototypes have changed');
  return result;
}

/** The members of what could be polluted. */
function members() {
  const keys = (object) => Reflect.ownKeys(object).map(String);
  return [Object, Function, Array, String, Number, Promise, Map].map((each) => [each.name, keys(each.prototype), keys(each)]);
}

let opened = 0;
async function withStore(sdl, use) {
  const store = await Granary.DataStore.open({ name: `names${opened++}`, schema: sdl, storage: 'memory' });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

const ATTEMPTS = {
  model: (name) => withStore(`type ${name} @model { id: ID! n: Int! }`, async (store) => {
    const Model = store.models[name];
    const { id } = await store.save(new Model({ n: 1 }));
    return (await store.query(Model, id)).n === 1 && (await store.query(Model, (m) => m.n.eq(1))).length === 1 && (await store.delete(Model, id)).length === 1;
  }),
  field: (name) => withStore(`type Thing @model { id: ID! ${name}: String }`, async (store) => {
    const { Thing } = store.models;
    const thing = await store.save(new Thing(Object.fromEntries([[name, 'x']])));
    const copy = await store.save(Thing.copyOf(thing, (draft) => void (draft[name] = 'y')));
    const [found] = await store.query(Thing, (t) => t[name].eq('y'));
    return found === copy && copy[name] === 'y';
  }),
  id: (name) => withStore(THINGS, async (store) => {
    const { Thing } = store.models;
    await store.save(new Thing({ id: name, name }));
    return (await store.query(Thing, name)).id === name && (await store.query(Thing, 'other')) === undefined;
  }),
  member: (name) => withStore(THINGS, async (store) => {
    const { Thing } = store.models;
    const text = `{"${name}":{"polluted":true,"${name}":null}}`;
    const { id } = await store.save(new Thing({ name, data: JSON.parse(text) }));
    return JSON.stringify((await store.query(Thing, id)).data) === text;
  }),
};

/** Uses the verbs once, where setters are planted: none may see anything, and all must work. */
export async function useStore() {
  const wrong = [];
  const expect = (what, holds) => holds || wrong.push(what);
  await rig.open({ name: `planted${Date.now()}` });
  const { Owner, Item } = store.models;
  const owner = await store.save(new Owner({ id: 'o', n: 1, text: 'x' }));
  const [item] = await store.saveAll([new Item({ n: 2, text: null, owner })]);
  expect('the saved record', owner.id === 'o' && owner.n === 1 && owner.text === 'x');
  expect('the relation', (await item.owner) === owner && (await owner.items.toArray())[0] === item);
  expect('the query', (await store.query(Owner, (o) => o.n.gt(0), { sort: (s) => s.n('ASCENDING'), limit: 1 }))[0] === owner);
  const copy = await store.save(Owner.copyOf(owner, (draft) => void (draft.n = 5)), (o) => o.n.eq(1));
  expect('the copy', copy.n === 5 && copy.text === 'x');
  const conflict = await store.save(Owner.copyOf(copy, (draft) => void (draft.n = 6)), (o) => o.n.eq(77)).catch((error) => error);
  expect('the conflict', conflict.code === 'CONFLICT');
  expect('the sum', (await store.sum(Owner, 'n')) === 5);
  expect('the transaction', (await store.transaction(async (tx) => (await tx.query(Owner)).length)) === 1);
  expect('the delete', (await store.delete(Owner, 'o')).length === 1 && (await store.count(Item)) === 0);
  expect('the check', (await store.check()).problems.length === 0);
  await store.close();
  return { wrong, touched: globalThis.touched };
}
