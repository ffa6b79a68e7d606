import { sha256 } from '../../src/plan/digest.ts';
import type { Marker } from '../../src/records/run-store.ts';
import { billLines } from '../../src/report/report.ts';
import { createReportFold } from '../../src/report/report-fold.ts';
import type { ResultLine } from '../../src/report/result-line.ts';
import { runKeys, type RunLocation } from '../../src/storage/keys.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';
import { samplePlan } from './samples.ts';

const json = { contentType: 'application/json' };

/** Leaves what a run that has ended leaves. */
export async function endRun(
  store: ObjectStore,
  run: RunLocation,
  {
    from,
    to,
    labels,
  }: { readonly from: string; readonly to: string; readonly labels?: Record<string, string> },
  lines: readonly ResultLine[],
): Promise<Marker> {
  const keys = runKeys(run);
  const changes = { runId: run.runId, job: run.job, createdAt: from, items: lines.length };
  const plan = samplePlan(labels === undefined ? changes : { ...changes, labels });
  const fold = createReportFold(plan);
  for (const line of lines) fold.add(line);
  const part = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  await store.put(keys.plan, JSON.stringify(plan), json);
  await store.put(keys.part(0), part, json);
  await store.put(
    keys.bill,
    lines
      .flatMap(billLines)
      .map((line) => `${JSON.stringify(line)}\n`)
      .join(''),
    json,
  );
  await store.put(keys.report, JSON.stringify(fold.report('completed', to)), json);
  const parts = [{ key: keys.part(0), sha256: sha256(part), items: lines.length }];
  const marker: Marker = {
    version: 1,
    runId: run.runId,
    state: 'completed',
    marker: keys.success,
    endedAt: to,
    tally: fold.tally(),
    parts,
  };
  await store.put(keys.success, JSON.stringify(marker), json);
  return marker;
}
