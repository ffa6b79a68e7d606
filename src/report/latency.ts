import type { LatencyReport } from './report.ts';

/** One answer that was timed. */
export interface TimedAnswer {
  readonly kind: 'text' | 'image';
  readonly model: string;
  /** From send to end. */
  readonly latencyMs: number;
}

/** Takes answers, and tells how long they took. */
export interface LatencyFold {
  add(answer: TimedAnswer): void;
  /** By model and kind. */
  read(): readonly LatencyReport[];
}

/**
 * Counts answers by whole milliseconds, so that the figures are exact, and the memory hangs on how different they are and
 * not on how many: an image has 300,000 milliseconds, a text 120,000, and each count takes some 40 bytes.
 */
export function createLatencyFold(): LatencyFold {
  const models = new Map<string, Pick<LatencyReport, 'kind' | 'model'> & { counts: Map<number, number> }>();
  return {
    add({ kind, model, latencyMs }) {
      const name = `${kind} ${model}`;
      const known = models.get(name) ?? { kind, model, counts: new Map<number, number>() };
      models.set(name, known);
      const whole = Math.round(latencyMs);
      known.counts.set(whole, (known.counts.get(whole) ?? 0) + 1);
    },
    read: () =>
      [...models.entries()]
        .sort(([left], [right]) => (left < right ? -1 : 1))
        .map(([, { kind, model, counts }]) => {
          const sorted = [...counts].sort(([left], [right]) => left - right);
          const answers = sorted.reduce((sum, [, count]) => sum + count, 0);
          const at = (share: number): number => atRank(sorted, Math.ceil(share * answers));
          return { model, kind, answers, medianMs: at(0.5), p95Ms: at(0.95) };
        }),
  };
}

function atRank(sorted: readonly (readonly [ms: number, count: number])[], rank: number): number {
  let seen = 0;
  for (const [ms, count] of sorted) {
    seen += count;
    if (seen >= rank) return ms;
  }
  return 0;
}
