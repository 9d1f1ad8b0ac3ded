import type { Remote } from '../../sync-remote-types.js';

/** An app's backend as the engine talks to it: its answers are JSON texts, which the engine reads. */
export interface Backend {
  pull(request: unknown, options: { readonly signal: AbortSignal }): Promise<string>;
  push(request: unknown, options: { readonly signal: AbortSignal }): Promise<string>;
  readonly live?: Remote['live'];
}

/** The backend that functions of the app are. */
export function backendOf(remote: Remote): Backend {
  const text = async (answer: unknown) => JSON.stringify(await answer ?? null);
  return {
    pull: (request, options) => text(remote.pull(request as never, options)),
    push: (request, options) => text(remote.push(request as never, options)),
    ...(remote.live && { live: (channel) => remote.live!(channel) }),
  };
}
