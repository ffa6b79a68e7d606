import type { Measured } from '../plan/likely-use.ts';
import type { AttemptRecord } from '../records/record.ts';
import type { Usage } from '../pollen/usage.ts';
import type { TimedAnswer } from './latency.ts';
import { isMissing, type ResultLine } from './result-line.ts';

/** What a result line tells of its models' answers; nothing of those that an earlier run has got. */
export function measureLine(line: ResultLine): readonly Measured[] {
  return answersOf(line).map(({ kind, model, usage, timed }) => ({
    kind,
    model,
    answers: Object.keys(usage).length > 0 ? 1 : 0,
    usage,
    timed: timed.length,
    latencyMs: timed.reduce((sum, latencyMs) => sum + latencyMs, 0),
  }));
}

/** How long each answer of a result line took that a model has given now. */
export function timesOf(line: ResultLine): readonly TimedAnswer[] {
  return answersOf(line).flatMap(({ kind, model, timed }) =>
    timed.map((latencyMs) => ({ kind, model, latencyMs })),
  );
}

interface CallAnswer {
  readonly kind: Measured['kind'];
  readonly model: string;
  readonly usage: Usage;
  /** Milliseconds of each answer. */
  readonly timed: readonly number[];
}

function answersOf(line: ResultLine): readonly CallAnswer[] {
  if (isMissing(line) || line.reused !== undefined) return [];
  if (line.steps === undefined) {
    const { kind, model, attempts } = line;
    return line.status === 'succeeded' ? [{ kind, model, usage: line.usage, timed: timesIn(attempts) }] : [];
  }
  return line.steps
    .filter(({ status, reused }) => status === 'succeeded' && reused === undefined)
    .map(({ kind, model, usage = {}, step, index, repair }) => {
      const own = line.attempts.filter(
        (attempt) => attempt.step === step && attempt.index === index && attempt.repair === repair,
      );
      return { kind, model, usage, timed: timesIn(own) };
    });
}

// An answer from a cache says how long the cache took.
function timesIn(attempts: readonly AttemptRecord[]): readonly number[] {
  return attempts.flatMap(({ code, cache, latencyMs }) =>
    code === 'answered' && cache?.status !== 'hit' && latencyMs !== undefined ? [latencyMs] : [],
  );
}
