import { isObject } from '../json.ts';
import type { Measured } from '../plan/likely-use.ts';
import { USAGE_TYPES, type Usage } from '../pollen/usage.ts';
import { runKeys } from '../storage/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { EndedRun } from './past-runs.ts';
import { unlessDamaged } from './unless-damaged.ts';

/** What the reports of ended runs have measured, added up by model. Damaged ones, and those of earlier versions, say nothing. */
export async function readMeasured(
  store: ObjectStore,
  runs: readonly EndedRun[],
): Promise<readonly Measured[]> {
  const found = await Promise.all(
    runs.map(({ run }) => unlessDamaged(() => readReport(store, runKeys(run).report))),
  );
  return sumMeasured(found.flatMap((measured) => measured ?? []));
}

async function readReport(store: ObjectStore, key: string): Promise<readonly Measured[]> {
  const report = await store.get(key);
  if (report === undefined) return [];
  const content: unknown = JSON.parse(Buffer.from(report.body).toString('utf8'));
  const measured = isObject(content) ? content['measured'] : undefined;
  return Array.isArray(measured) ? measured.filter(isMeasured) : [];
}

function isMeasured(one: unknown): one is Measured {
  return (
    isObject(one) &&
    typeof one['kind'] === 'string' &&
    typeof one['model'] === 'string' &&
    isObject(one['usage']) &&
    [one['answers'], one['timed'], one['latencyMs']].every((figure) => typeof figure === 'number')
  );
}

/** Adds up what was measured, one sum a model. */
export function sumMeasured(all: readonly Measured[]): readonly Measured[] {
  const sums = new Map<string, Measured>();
  for (const one of all) {
    const name = `${one.kind} ${one.model}`;
    const known = sums.get(name);
    sums.set(name, known === undefined ? one : addMeasured(known, one));
  }
  return [...sums.values()];
}

function addMeasured(left: Measured, right: Measured): Measured {
  return {
    kind: left.kind,
    model: left.model,
    answers: left.answers + right.answers,
    usage: addUsage(left.usage, right.usage),
    timed: left.timed + right.timed,
    latencyMs: left.latencyMs + right.latencyMs,
  };
}

function addUsage(left: Usage, right: Usage): Usage {
  const sums = USAGE_TYPES.map((type) => [type, (left[type] ?? 0) + (right[type] ?? 0)] as const);
  return Object.fromEntries(sums.filter(([, units]) => units > 0));
}
