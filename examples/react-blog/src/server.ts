/**
 * The server that the page was told of, by <meta name="sync" content="/sync"> in its
 * head, or undefined. As a part of the page it is known without a network too.
 */
export function serverOfPage(): string | undefined {
  return document.querySelector<HTMLMetaElement>('meta[name="sync"]')?.content || undefined;
}
