import type { Running } from '../runs/follow.ts';

/** Shows a run that goes on; `silence` is why it does not answer, once that has lasted. */
export type Show = (sight: Running | undefined, silence: string | undefined) => void;
