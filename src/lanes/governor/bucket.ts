/** A token bucket: what goes at a rate, and a second's worth of it at once. */
export interface Bucket {
  /** Milliseconds until there is a token. */
  pauseMs(): number;
  take(): void;
}

/** Tokens come in fractions, and so a whole one may be a little less. */
const ALMOST_ONE = 1 - 1e-9;

/**
 * Makes a full bucket.
 *
 * @param rate - tokens a second; `undefined` for no limit
 * @param now - seconds of a steady clock
 */
export function createBucket(rate: () => number | undefined, now: () => number): Bucket {
  let tokens = Infinity;
  let filledAt = now();
  function fill(perSecond: number): void {
    const at = now();
    tokens = Math.min(Math.max(1, perSecond), tokens + (at - filledAt) * perSecond);
    filledAt = at;
  }
  return {
    pauseMs() {
      const perSecond = rate();
      if (perSecond === undefined) return 0;
      fill(perSecond);
      return tokens >= ALMOST_ONE ? 0 : ((1 - tokens) / perSecond) * 1_000;
    },
    take() {
      tokens -= 1;
    },
  };
}
