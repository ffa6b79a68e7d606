import type { Check, Part } from '../../src/doctor/check.ts';
import type { Variables, World } from './world.ts';

/** One fault, how it is planted, and what a diagnosis must say. */
export interface Fault {
  readonly fault: string;
  /** Plants it, and gives the variables that go over those of a whole installation. */
  readonly plant: (world: World) => Variables | Promise<Variables>;
  readonly file?: string;
  readonly part: Part;
  readonly check: string;
  readonly state: Check['state'];
  readonly cause: string | RegExp;
  readonly remedy: string | RegExp;
}
