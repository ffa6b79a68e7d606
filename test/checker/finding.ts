/**
 * What must hold of every run that has ended, whatever happened to it:
 *
 * - `I1` every item has exactly one end, and the counts add up to their number
 * - `I2` what is stored of an item that succeeded are the very bytes that the API made for its request
 * - `I3` nothing is in bucket, bill or journal that the job did not ask for
 * - `I4` the bill is what the API charged, to the last 10⁻⁸ Pollen
 * - `I5` the budget was passed at no time, neither by what was charged nor by what was set aside
 * - `I6` all attempts of a call sent the same bytes
 * - `I7` no secret was written anywhere
 * - `I8` the report is what the records come to
 * - `I9` every fault that was to happen has happened
 */
export type Invariant = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I8' | 'I9';

/** One thing that does not hold. */
export interface Finding {
  readonly invariant: Invariant;
  /** Run, item, object or fault. */
  readonly of: string;
  readonly words: string;
}

/** Says findings of one thing. */
export function finder(invariant: Invariant, of: string): (words: string) => Finding {
  return (words) => ({ invariant, of, words });
}
