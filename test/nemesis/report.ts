import type { Finding } from '../checker/finding.ts';
import type { Judgement } from './judge.ts';
import type { Struck } from './strike-all.ts';

/** What came of a nemesis run. */
export interface NemesisResult extends Judgement {
  readonly seed: number;
  readonly minutes: number;
  readonly workers: number;
  readonly runs: number;
  readonly seconds: number;
  readonly struck: readonly Struck[];
  /** Kinds that this machine cannot do, and why. */
  readonly skipped: ReadonlyMap<string, string>;
}

/** What came of it for people, in Markdown. */
export function reportText(result: NemesisResult): string {
  const { findings, runs, items, requests, generations, charged, struck, skipped } = result;
  const rows = [...groups(struck)].map(
    ([kind, { times, effects, of }]) => `| ${kind} | ${times} | ${effects} ${of} |`,
  );
  const lines = [
    `Seed ${result.seed}, ${result.minutes} minutes, ${result.workers} workers, ${result.seconds.toFixed(0)} s in all.`,
    '',
    `${runs} runs of ${items} items: ${requests} requests, ${generations} generations, ${charged} units of 10⁻⁸ Pollen charged.`,
    '',
    '| Fault | Times | What it did |',
    '| --- | ---: | --- |',
    ...rows,
    ...[...skipped].map(([kind, why]) => `| ${kind} | 0 | skipped: ${why} |`),
    '',
    findings.length === 0 ? 'Everything holds.' : `**${findings.length} things do not hold:**`,
    ...findings.map(findingText),
  ];
  return `${lines.join('\n')}\n`;
}

function findingText({ invariant, of, words }: Finding): string {
  return `- ${invariant}, ${of}: ${words}`;
}

function groups(struck: readonly Struck[]) {
  const found = new Map<string, { times: number; effects: number; of: string }>();
  for (const { kind, count, of } of [...struck].sort((left, right) => (left.kind < right.kind ? -1 : 1))) {
    const group = found.get(kind) ?? { times: 0, effects: 0, of };
    found.set(kind, { of, times: group.times + 1, effects: group.effects + count });
  }
  return found;
}
