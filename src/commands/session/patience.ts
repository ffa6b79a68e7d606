/** Less than a look may take: one that had no answer in its time is told at once. */
const PATIENCE_MS = 2_500;
const STARTING_MS = 8_000;

/**
 * Holds back why a run does not answer until that has lasted since its last answer, or since it was something else: a worker
 * that takes over, or a server that comes back, needs a moment.
 *
 * @param isStarting - whether the worker has just been started: its first answer takes longer
 * @param now - milliseconds of a clock
 * @returns a function that is given the reason of each look, if any, and gives it back once it is to be told
 */
export function createPatience(
  isStarting = false,
  now: () => number = () => performance.now(),
): (reason: string | undefined) => string | undefined {
  let patience = isStarting ? STARTING_MS : PATIENCE_MS;
  let since = now();
  let last: string | undefined;
  return (reason) => {
    if (reason === undefined) patience = PATIENCE_MS;
    if (reason === undefined || (last !== undefined && reason !== last)) since = now();
    last = reason;
    return now() - since < patience ? undefined : reason;
  };
}
