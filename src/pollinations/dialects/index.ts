import type { Dialect, DialectName } from './dialect.ts';
import { enter } from './enter.ts';
import { enterV1 } from './enter-v1.ts';
import { gen } from './gen.ts';

export type { Dialect, DialectName, ImageCall, TextCall, WireRequest } from './dialect.ts';

/** Every form of the API there has been, in the order in which they are tried. */
export const dialects: Readonly<Record<DialectName, Dialect>> = { enter, 'enter-v1': enterV1, gen };
