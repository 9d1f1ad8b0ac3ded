// WebAssembly's memories are in no figure that a browser gives of a page, so pages and
// workers note those that they make.

/** A script that runs in front of those of a page or a worker. */
export const NOTE = `(${note})();`;

function note() {
  const memories = (globalThis.linearMemories = new Set()); // of weak references: one that nobody needs may go
  const known = new WeakSet();
  const noted = (members) => {
    for (const member of Object.values(members ?? {})) {
      if (!(member instanceof WebAssembly.Memory) || known.has(member)) continue;
      known.add(member);
      memories.add(new WeakRef(member));
    }
  };
  const imported = (imports) => Object.values(imports ?? {}).forEach(noted);
  for (const name of ['instantiate', 'instantiateStreaming']) {
    const original = WebAssembly[name];
    WebAssembly[name] = async (source, imports, ...more) => {
      imported(imports);
      const made = await original(source, imports, ...more);
      noted((made.instance ?? made).exports);
      return made;
    };
  }
  WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
    construct(target, [module, imports]) {
      imported(imports);
      const instance = new target(module, imports);
      noted(instance.exports);
      return instance;
    },
  });
}

/** The bytes of all memories of a page and its workers that are still there. */
export async function linearMemory(page) {
  let bytes = 0;
  for (const realm of [page, ...page.workers()]) {
    bytes += await realm.evaluate(() => {
      let sum = 0;
      for (const memory of globalThis.linearMemories ?? []) sum += memory.deref()?.buffer.byteLength ?? 0;
      return sum;
    });
  }
  return bytes;
}
