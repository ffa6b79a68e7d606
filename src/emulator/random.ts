function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Separate streams, so that changing the latency does not move the faults. */
export const randomStreams = { faults: 1, latency: 2, latencyAngle: 3 } as const;

/**
 * A uniform number in [0, 1) that depends on nothing but its arguments: request number `index` draws the
 * same number again after a restart. The mixing function is lowbias32.
 */
export function randomAt(seed: number, stream: number, index: number): number {
  return mix(mix(mix(seed) + Math.imul(stream, 0x9e3779b9)) + index) / 2 ** 32;
}

/** An endless sequence of uniform numbers in [0, 1), fixed by the first 32 bits of a hex digest. */
export function randomFrom(hexDigest: string): () => number {
  let state = Number.parseInt(hexDigest.slice(0, 8), 16);
  return () => {
    state = (state + 0x9e3779b9) | 0;
    return mix(state) / 2 ** 32;
  };
}

/** One element of a non-empty list. */
export function pick<T>(random: () => number, list: readonly [T, ...T[]]): T {
  return list[Math.floor(random() * list.length)] ?? list[0];
}
