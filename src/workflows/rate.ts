/**
 * Measures items a second over the last stretch of time.
 *
 * @param windowSeconds - how far back it looks
 * @returns takes the items done by a time and gives the rate; `undefined` before there is one
 */
export function createRate(windowSeconds: number): (done: number, seconds: number) => number | undefined {
  const points: { readonly done: number; readonly seconds: number }[] = [];
  return (done, seconds) => {
    points.push({ done, seconds });
    while (points.length > 2 && seconds - (points[0]?.seconds ?? 0) > windowSeconds) points.shift();
    const first = points[0];
    if (first === undefined || seconds - first.seconds < 0.5) return undefined;
    return (done - first.done) / (seconds - first.seconds);
  };
}
