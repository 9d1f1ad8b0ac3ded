// What the page needs of the DOM, in as few words as can be.

/** An element of the page that index.html promises. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`index.html has no element #${id}`);
  return element as T;
}

type Attributes = Readonly<Record<string, string | boolean | ((event: Event) => void)>>;

/** Makes an element. A function is a listener, true an attribute without a value. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K, attributes: Attributes = {}, ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name, value);
    else if (value !== false) made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children);
  return made;
}

const NUMBER = new Intl.NumberFormat('en');
const SHORT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** 1234567 → 1,234,567 */
export function full(n: number): string {
  return NUMBER.format(n);
}

/** 1234567 → 1.2M */
export function short(n: number): string {
  return SHORT.format(n);
}

/** Milliseconds as people read them: 0.42 ms, 7.1 ms, 812 ms, 1.35 s. */
export function duration(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return `${ms >= 100 ? Math.round(ms) : ms >= 10 ? ms.toFixed(1) : ms.toFixed(2)} ms`;
}

/** "1 city", "2 cities" */
export function counted(n: number, one: string, many: string): string {
  return `${full(n)} ${n === 1 ? one : many}`;
}

/** Gives the browser a turn: to draw, and to hear the visitor. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
