import type { assetURL } from '../assets.js';
import type { wholeNumber } from '../checks.js';
import type { durabilityOf } from '../durability.js';
import type { anyHost, Host, hostOf } from '../engines.js';
import type { engineError, GranaryError, invalid, reason, wasmError } from '../errors.js';
import type { Instance } from '../instance.js';
import type { tell } from '../events.js';
import type { origins, placeOf } from '../origin.js';
import type { NotLoaded, whenLoaded } from '../loading.js';
import type { Observable } from '../observable.js';
import type { Engine } from '../runtime.js';
import type { recordOf } from '../save.js';
import type { unknownMember } from '../schema.js';
import type { storeVerbs } from '../store-verbs.js';
import type { instantiate } from '../wasm-source.js';

/**
 * What of the package a page must have only one of, and what uses that. Code in late/
 * takes it from here; what else it imports as a value is copied into late.js, which is
 * right for functions without a state of their own and wrong for classes.
 */
export interface Kit {
  readonly Engine: typeof Engine;
  readonly GranaryError: typeof GranaryError;
  readonly Host: typeof Host;
  readonly Instance: typeof Instance;
  readonly NotLoaded: typeof NotLoaded;
  readonly Observable: typeof Observable;
  readonly assetURL: typeof assetURL;
  readonly anyHost: typeof anyHost;
  readonly engineError: typeof engineError;
  readonly durabilityOf: typeof durabilityOf;
  readonly hostOf: typeof hostOf;
  readonly instantiate: typeof instantiate;
  readonly invalid: typeof invalid;
  readonly origins: typeof origins;
  readonly whenLoaded: typeof whenLoaded;
  readonly placeOf: typeof placeOf;
  readonly reason: typeof reason;
  readonly recordOf: typeof recordOf;
  readonly tell: typeof tell;
  readonly storeVerbs: typeof storeVerbs;
  readonly unknownMember: typeof unknownMember;
  readonly wasmError: typeof wasmError;
  readonly wholeNumber: typeof wholeNumber;
}

export let kit: Kit;

/** Hands over the kit, before any verb is called. */
export function provide(given: Kit): void {
  kit = given;
}
