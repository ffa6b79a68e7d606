import { createHash } from 'node:crypto';

/**
 * A seed that never changes for the same parts: two generations of a request then cost one, and retries send the same
 * bytes. 31 bits, the widest range that every model of the API takes.
 */
export function stableSeed(...parts: readonly string[]): number {
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest();
  return hash.readUInt32BE(0) >>> 1;
}
