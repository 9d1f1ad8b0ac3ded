// Tells pages of the test server what to do, in a browser that has no driver. A
// page that was asked for with ?agent=N loads /agent/N.js, which takes one call
// after the other as a module, so that it works under any policy that lets the
// page load scripts of its own.

const SCRIPT = 'text/javascript; charset=utf-8';
const JSON_TYPE = 'application/json';

const agents = new Map();

/** What is told to one page, and to the pages that follow it when it is loaded again. */
export class Agent {
  /** Code that is run ahead of the page's own. */
  before = '';
  /** Is called with each error of the page that nobody caught. */
  onFault = () => {};
  #expecting = [];
  #calls = [];
  #queue = [];
  #poll;

  constructor() {
    this.number = agents.size;
    agents.set(String(this.number), this);
  }

  /** The address of a page with this agent in it. */
  within(address) {
    const url = new URL(address);
    url.searchParams.set('agent', this.number);
    return url.href;
  }

  /** Resolves when a page with this agent has been loaded. */
  arrival() {
    return new Promise((resolve) => this.#expecting.push(resolve));
  }

  /** Runs an expression, or a function with one argument, and resolves with its value as JSON carries it. */
  evaluate(code, argument) {
    const source = typeof code === 'function' ? `(${code})(${JSON.stringify(argument)})` : `(${code}\n)`;
    return new Promise((resolve, reject) => {
      this.#queue.push(this.#calls.push({ source, resolve, reject }) - 1);
      this.#deliver();
    });
  }

  /** Answers a request of the script in the page. */
  async answer(path, body) {
    if (path === '') return [200, SCRIPT, this.#arrive()];
    if (path === '/next') return [200, JSON_TYPE, await this.#next()];
    if (path === '/fault') this.onFault(new Error(body));
    if (path === '/done') this.#settle(JSON.parse(body));
    const [, number] = /^\/call\/(\d+)$/.exec(path) ?? [];
    if (number) return [200, SCRIPT, `export const run = async () => ${this.#calls[number].source};`];
    return [200, JSON_TYPE, 'null'];
  }

  #arrive() {
    this.#poll?.('null'); // of the page that was here before
    this.#poll = undefined;
    for (const resolve of this.#expecting.splice(0)) resolve();
    return `${this.before};\n(${inPage})(${this.number});`;
  }

  #next() {
    return new Promise((resolve) => {
      this.#poll = resolve;
      this.#deliver();
    });
  }

  #deliver() {
    if (!this.#poll || this.#queue.length === 0) return;
    this.#poll(String(this.#queue.shift()));
    this.#poll = undefined;
  }

  #settle({ call, value, error }) {
    const { resolve, reject } = this.#calls[call];
    if (error === undefined) resolve(value);
    else reject(new Error(error));
  }
}

/** Answers requests under /agent/; undefined for what is none of them. */
export function answerAgent(pathname, body) {
  const [, number, path] = /^\/agent\/(\d+)(?:\.js)?(.*)$/.exec(pathname) ?? [];
  return agents.get(number)?.answer(path, body);
}

/** The agent of a page that is asked for, or of the page that led to it. */
export function agentOf(url, referrer) {
  return url.searchParams.get('agent') ?? (referrer ? new URL(referrer).searchParams.get('agent') : null);
}

/** Puts the script of an agent ahead of everything else in a page. */
export function withAgent(html, number) {
  return html.replace('<!doctype html>', `<!doctype html><script src="/agent/${Number(number)}.js"></script>`);
}

/** In the page: does what it is told. */
async function inPage(number) {
  const load = fetch.bind(globalThis);
  const tell = (path, body) => load(`/agent/${number}${path}`, { method: 'POST', body, keepalive: body.length < 50_000 }); // also from a page that is left
  const text = (error) => String(error?.stack ? `${error}\n${error.stack}` : error);
  addEventListener('error', (event) => tell('/fault', text(event.error ?? event.message)));
  addEventListener('unhandledrejection', (event) => tell('/fault', text(event.reason)));
  for (;;) {
    // None comes to a page that is left, or whose place another has taken.
    const call = await load(`/agent/${number}/next`).then((answer) => answer.json()).catch(() => null);
    if (call === null) return;
    import(`/agent/${number}/call/${call}`).then(({ run }) => run()).then(
      (value) => tell('/done', JSON.stringify({ call, value })),
      (error) => tell('/done', JSON.stringify({ call, error: text(error) })),
    );
  }
}
