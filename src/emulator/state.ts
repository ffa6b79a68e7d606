import type { Cache } from './cache.ts';
import type { Product } from './call.ts';
import type { FaultPlan } from './faults.ts';
import type { ImageOptions } from './image.ts';
import type { Journal } from './journal.ts';
import type { KeyRing } from './keys.ts';
import type { Limiters } from './limits.ts';
import type { Books } from './meter.ts';
import type { Settings, SettingsChange } from './settings.ts';
import type { Usage } from './usage.ts';

/** What one generation gave: to the call that paid for it, and to those that joined it. */
export interface Generated {
  readonly product: Product;
  readonly usage: Usage;
}

/** Everything that requests share. */
export interface State {
  settings(): Settings;
  update(change: SettingsChange): void;
  /** The next request's number, from 1. */
  nextSequence(): number;
  /** Decides every random draw. */
  readonly seed: number;
  readonly books: Books;
  readonly cache: Cache<Generated>;
  readonly faults: FaultPlan;
  readonly images: ImageOptions;
  readonly journal: Journal;
  readonly keys: KeyRing;
  readonly limiters: Limiters;
  /** Aborted when the emulator closes. */
  readonly stopped: AbortSignal;
}
