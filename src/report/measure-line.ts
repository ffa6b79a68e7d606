import type { Measured } from '../plan/likely-use.ts';
import type { ResultLine } from './result-line.ts';

/** What a result line tells of its model's answers; nothing where none was made for it. */
export function measureLine(line: ResultLine): Measured | undefined {
  if (line.status !== 'succeeded' || line.reused !== undefined) return undefined;
  // An answer from a cache says how long the cache took.
  const timed = line.attempts.filter(
    ({ code, cache, latencyMs }) => code === 'answered' && cache?.status !== 'hit' && latencyMs !== undefined,
  );
  return {
    kind: line.kind,
    model: line.model,
    answers: Object.keys(line.usage).length > 0 ? 1 : 0,
    usage: line.usage,
    timed: timed.length,
    latencyMs: timed.reduce((sum, { latencyMs = 0 }) => sum + latencyMs, 0),
  };
}
