// Makes programs of the pages of docs/, so that every example in them is run.
//
// All `ts` blocks of a page are one module, each line of it in the line of the page
// where it stands; `schema` is the text of the page's `graphql` blocks. A comment at
// the end of a statement is a check:
//
//   await store.count(Post) // → 3
//   new Post({})            // ✗ INVALID: Post.title: is required
//
// "→" is followed by the value, of which an object is only compared in the members
// that are named; "✗" by the error's code and a part of its message. A statement
// begins at the last line before its comment that is not indented. A page that
// imports './models.js' gets what "wasmbuild generate" writes of its schema.
// A page whose blocks are `tsx`, or import a framework, is run by react/test/run.mjs;
// its `svelte` blocks are files, named behind the language.
//
// Run by itself this file type-checks the pages. run.mjs runs them in Chromium.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { root } from './server.mjs';

const FENCE = /^```(\S*)(.*)$/;
const CHECK = /^(.*?)\s*\/\/ ([→✗]) (.+)$/;
const NAMED = /^(?:const|let) (\w+)(?::[^=]+)? =/;
const UNCHECKABLE = /^(?:(?:const|let|var|for|if|while|import|export|function|class|interface|type|return)\b|[{}])/;

/** The pages that have programs: name, schema, and the lines of TypeScript. */
export function pages() {
  return allPages().filter(({ framework }) => !framework);
}

/** The pages whose programs need a framework. */
export function frameworkPages() {
  return allPages().filter(({ framework }) => framework);
}

function allPages() {
  const directory = join(root, 'docs');
  return readdirSync(directory).filter((name) => name.endsWith('.md')).sort()
    .map((name) => page(name, readFileSync(join(directory, name), 'utf8')))
    .filter(({ lines }) => lines.some((line) => line !== ''));
}

/** What a page holds. A block whose fence says `alone` behind the language is not the program's. */
export function page(file, text) {
  let fence; // of the block that is open
  let schema = '';
  const files = {};
  const lines = text.split('\n').map((line) => {
    const [, language, more] = FENCE.exec(line) ?? [];
    if (language !== undefined) {
      fence = fence ? undefined : language + more;
      return '';
    }
    if (fence === 'graphql') schema += `${line}\n`;
    const [, name] = /^svelte (\S+)$/.exec(fence ?? '') ?? [];
    if (name) files[name] = `${files[name] ?? ''}${line}\n`;
    return fence === 'ts' || fence === 'tsx' ? line : '';
  });
  if (fence) throw new Error(`docs/${file}: a block is not closed`);
  const framework = lines.some((line) => /^import .* from '(?:react|vue|svelte)'$/.test(line));
  return { file, name: basename(file, '.md'), schema, lines, files, framework };
}

/** The module that a page is: the first line of a page is its title, and here what comes before. */
function moduleOf({ lines, schema }, transform) {
  return [`const schema = ${JSON.stringify(schema)}; void schema;`, ...transform(lines.slice(1)), 'export {};\n'].join('\n');
}

/** What TypeScript needs to know of a component in a file of its own. */
const DECLARATION = "import type { Component } from 'svelte';\ndeclare const component: Component;\nexport default component;\n";

/** The lines with their checks as code, and how many there are. */
export function withChecks(file, lines) {
  const out = [...lines];
  let checks = 0;
  for (const [i, line] of lines.entries()) {
    const [, code, sign, said] = CHECK.exec(line) ?? [];
    if (sign === undefined) continue;
    let first = i;
    while (first > 0 && /^[\s)}\]]/.test(out[first])) first--;
    out[i] = code;
    const number = i + 2;
    const here = `'docs/${file}:${number}'`;
    const named = NAMED.exec(out[first]);
    if (!named && (sign === '→' || /^import/.test(out[first])) && UNCHECKABLE.test(out[first])) {
      throw new Error(`docs/${file}:${number}: only an expression or the declaration of one name can be checked`);
    }
    if (sign === '✗') wrap(out, first, i, ';await __fails(async () => { ', ` }, ${JSON.stringify(said)}, ${here});`);
    else if (named) out[i] += `;__is(${named[1]}, (${said}), ${here});`;
    else wrap(out, first, i, ';__is(', `, (${said}), ${here});`);
    checks++;
  }
  return { lines: out, checks };
}

function wrap(lines, first, last, before, after) {
  lines[first] = before + lines[first];
  lines[last] = lines[last].replace(/;$/, '') + after;
}

/** Writes the program of each page, with its checks, into a directory of its own, and returns the names of the files. */
export function writePrograms(directory, list = pages()) {
  return list.map((one) => writeProgram(directory, one, 'page', (lines) => {
    const checked = withChecks(one.file, lines);
    if (checked.checks === 0) throw new Error(`docs/${one.file} has examples and checks none of them`);
    return checked.lines;
  }));
}

function writeProgram(directory, one, name, transform) {
  const own = join(directory, one.name);
  mkdirSync(own, { recursive: true });
  if (one.lines.some((line) => line.includes("from './models.js'"))) {
    writeFileSync(join(own, `${one.name}.graphql`), one.schema);
    const args = ['run', './cmd/wasmbuild', 'generate', '-out', own, '-ts', join(own, `${one.name}.graphql`)];
    const { status, stderr } = spawnSync('go', args, { cwd: root, encoding: 'utf8' });
    if (status !== 0) throw new Error(`docs/${one.file}: no models could be generated: ${stderr}`);
  }
  for (const name of Object.keys(one.files)) writeFileSync(join(own, `${name}.d.ts`), DECLARATION);
  const file = join(own, one.framework ? `${name}.tsx` : `${name}.ts`);
  writeFileSync(file, moduleOf(one, transform));
  return file;
}

/** Type-checks pages as they stand; returns what tsc says, with the places in the pages. */
export function typeFaults(list = allPages()) {
  const directory = mkdtempSync(join(tmpdir(), 'granary-docs-'));
  try {
    writeFileSync(join(directory, 'package.json'), '{"type":"module"}');
    for (const one of list) writeProgram(directory, one, 'page', (lines) => lines);
    const compilerOptions = {
      rootDir: '/', noEmit: true, declaration: false, emitDeclarationOnly: false, noUnusedLocals: false,
      noPropertyAccessFromIndexSignature: false, noUncheckedIndexedAccess: false,
      jsx: 'react-jsx', paths: pathsOf(join(root, 'node_modules')),
    };
    writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify({
      extends: join(root, 'web/tsconfig.json'), compilerOptions, include: [join(directory, '*/*.ts'), join(directory, '*/*.tsx')],
    }));
    const { stdout, error } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', directory, '--pretty', 'false'], { cwd: directory, encoding: 'utf8' });
    if (error) throw error;
    return stdout.replace(/^(?:\S*\/)?([\w-]+)\/page\.tsx?\((\d+),(\d+)\)/gm, 'docs/$1.md:$2:$3').trim();
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Where the types of what pages import are. */
function pathsOf(modules) {
  const typed = (name) => ({ [name]: [join(modules, '@types', name, 'index.d.ts')], [`${name}/*`]: [join(modules, '@types', name, '*.d.ts')] });
  return {
    granary: [join(root, 'web/src/index.ts')], 'granary/react': [join(root, 'web/react/index.ts')],
    ...typed('react'), ...typed('react-dom'),
    vue: [join(modules, 'vue/dist/vue.d.ts')], svelte: [join(modules, 'svelte/types/index.d.ts')],
    'svelte/*': [join(modules, 'svelte/types/index.d.ts')],
  };
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const faults = typeFaults();
  if (faults) console.error(faults);
  process.exitCode = faults ? 1 : 0;
}
