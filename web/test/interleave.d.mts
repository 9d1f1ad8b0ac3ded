export const SDL: string;
export const PAIRS: readonly string[];
export const ALONE: readonly string[];

/** What came of playing. */
export interface Told {
  readonly ledger: readonly Call[];
  /** What was seen that must not be. */
  readonly wrong: readonly string[];
  /** How often each pair of calls was met. */
  readonly met: Readonly<Record<string, number>>;
  /** How often each call ended how. */
  readonly codes: Readonly<Record<string, number>>;
  /** The calls that had not ended when patience had. */
  readonly hung: readonly string[];
}

/** One call, and when it began and ended; its code when it failed. */
export interface Call {
  readonly tab: string;
  readonly name: string;
  readonly kind: string;
  readonly writes: readonly (readonly [id: string, n?: number])[];
  readonly from: number;
  readonly to: number;
  readonly code?: string;
}

/** What a store was found to hold. */
export interface Found {
  readonly name: string;
  readonly problems: readonly string[];
  readonly strange: number;
  readonly records: Readonly<Record<string, number>>;
}

export function play(options: {
  names: readonly string[]; tab: string; seed: number; bursts: number; pairs: readonly string[]; alone: readonly string[];
  sdl: string; patience: number;
}): Promise<Told>;
export function look(options: { names: readonly string[]; sdl: string }): Promise<Found[]>;
export function judge(before: readonly Found[], ledgers: readonly (readonly Call[])[], after: readonly Found[]): string[];
