/** Milliseconds between two questions of a live page while all is well. */
export const EVERY_MS = 2_000;

const LONGEST_MS = 60_000;

/** Milliseconds until the next question after so many in a row that went without an answer. */
export function pauseAfter(errors: number): number {
  return Math.min(LONGEST_MS, EVERY_MS * 2 ** errors);
}
