import { hash } from 'node:crypto';

/**
 * A seed that never changes for the same parts: two generations of a request then cost one, and retries send the same
 * bytes. 31 bits, the widest range that every model of the API takes.
 */
export function stableSeed(...parts: readonly string[]): number {
  return Number.parseInt(hash('sha256', JSON.stringify(parts)).slice(0, 8), 16) >>> 1;
}
