import type { World } from '../world/world.ts';

/** What a fault did, as something outside of the product has seen it. */
export interface Effect {
  /** How often; 0 means that it has not happened. */
  readonly count: number;
  /** Of what. */
  readonly of: string;
}

/** When and how a fault strikes. */
export interface Blow {
  readonly world: World;
  /** Milliseconds that it lasts. */
  readonly lastsMs: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Place of the worker that it is for, from 0. */
  readonly place: number;
  /** The command line of a job that nobody has submitted yet, for faults of commands. */
  readonly nextSubmit: () => Promise<readonly string[]>;
}

/** A kind of fault. */
export interface Kind {
  readonly name: string;
  /** What it takes away: two faults of one target never overlap. */
  readonly target:
    | 'worker'
    | 'temporal'
    | 'store'
    | 'emulator'
    | 'command'
    | 'link-temporal'
    | 'link-store'
    | 'link-api'
    | 'clock';
  /** Seconds that it lasts, at least and at most. */
  readonly seconds: readonly [number, number];
  /** Why this machine cannot, as a sentence; nothing where it can. */
  readonly unable?: (world: World) => string | undefined;
  /** Strikes, mends what it broke, and tells what it did. */
  strike(blow: Blow): Promise<Effect>;
}
