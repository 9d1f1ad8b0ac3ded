// Exports, imports, checks and repairs as the caller sees them. Nothing here exists at run time.

/** The class of any model. */
interface AnyModel {
  readonly name: string;
  copyOf(...args: never): unknown;
}

/** How far an export or import has come. */
export interface Progress {
  readonly records: number;
  readonly total: number;
}

/** What `export` takes. */
export interface ExportOptions {
  /** The models to export, as classes or by name; all when it is left out. */
  readonly models?: readonly (AnyModel | string)[] | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** What `import` reads: what `export` wrote, as a file, a stream, text, bytes, or parts of these. */
export type ImportSource =
  | Blob
  | ReadableStream<Uint8Array | string>
  | string
  | Uint8Array
  | ArrayBuffer
  | AsyncIterable<Uint8Array | string>;

/** What `import` takes besides. */
export interface ImportOptions {
  /**
   * What becomes of what is in the store: with `merge` (the default) a record that
   * has the key of one imported is replaced by it, with `keep` it stays; with
   * `replace` the store is cleared first, in the same commit.
   */
  readonly mode?: 'merge' | 'keep' | 'replace' | undefined;
  /** Is told of the records that were read and found right, before any is stored. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** What an import came to. */
export interface ImportReport {
  /** In the file. */
  readonly records: number;
  readonly inserted: number;
  /** Had the key of one in the file, and were other ones. */
  readonly replaced: number;
  /** In the store already, the same or by `keep`. */
  readonly kept: number;
}

/** What a repair found and did. */
export interface RepairReport {
  /** Whether anything was changed; false for a store that was whole. */
  readonly repaired: boolean;
  /**
   * Whether changes were lost of which nobody knows what they were: records may be
   * missing, records that were deleted be there again, fields have older values.
   */
  readonly uncertain: boolean;
  /**
   * False when records are of an older version of the app. Then nobody looked for
   * references that lead nowhere, and nothing is counted as kept: open the store,
   * which migrates it, and repair once more.
   */
  readonly settled: boolean;
  readonly models: readonly RepairedModel[];
  /** What was set aside. It stays in the database and takes part in nothing. */
  readonly aside: readonly { readonly name: string; readonly model?: string; readonly bytes: number; readonly reason: string }[];
}

/** What became of the records of a model. */
export interface RepairedModel {
  readonly model: string;
  readonly kept: number;
  /** In parts of storage that were damaged or gone. */
  readonly lost: number;
  /** Could not be without a record that was lost, or broke the schema; they were set aside. */
  readonly removed: number;
  /** Kept, with an optional reference that leads nowhere. */
  readonly dangling: number;
}
