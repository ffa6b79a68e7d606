import type { Measured } from '../plan/likely-use.ts';
import type { AttemptRecord } from '../records/record.ts';
import type { Usage } from '../pollen/usage.ts';
import { isMissing, type ResultLine } from './result-line.ts';

/** What a result line tells of its models' answers; nothing of those that an earlier run has got. */
export function measureLine(line: ResultLine): readonly Measured[] {
  if (isMissing(line) || line.reused !== undefined) return [];
  if (line.steps === undefined) {
    return line.status === 'succeeded' ? [measure(line.kind, line.model, line.usage, line.attempts)] : [];
  }
  return line.steps
    .filter(({ status, reused }) => status === 'succeeded' && reused === undefined)
    .map(({ kind, model, usage = {}, step, index, repair }) =>
      measure(
        kind,
        model,
        usage,
        line.attempts.filter(
          (attempt) => attempt.step === step && attempt.index === index && attempt.repair === repair,
        ),
      ),
    );
}

function measure(
  kind: Measured['kind'],
  model: string,
  usage: Usage,
  attempts: readonly AttemptRecord[],
): Measured {
  // An answer from a cache says how long the cache took.
  const timed = attempts.filter(
    ({ code, cache, latencyMs }) => code === 'answered' && cache?.status !== 'hit' && latencyMs !== undefined,
  );
  return {
    kind,
    model,
    answers: Object.keys(usage).length > 0 ? 1 : 0,
    usage,
    timed: timed.length,
    latencyMs: timed.reduce((sum, { latencyMs = 0 }) => sum + latencyMs, 0),
  };
}
