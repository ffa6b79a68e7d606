import { addCounts, countsOf, noCounts, type Counts } from '../records/counts.ts';
import { tallyLine, type ResultLine } from '../report/result-line.ts';
import { runKeys, type RunLocation } from '../storage/keys.ts';
import type { ControlActivities } from '../workflows/contract.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { LOST_WORKER, type AttemptNote } from './attempt-history.ts';
import { addAttempts } from './cost.ts';
import { keptAttempts } from './item-record.ts';
import { readKeptAttempts, readPageLines } from './page-records.ts';

/** Writes a page's share of the results from its records: every item once, in the order of the plan. */
export function createSealPage(dependencies: ActivityDependencies): ControlActivities['sealPage'] {
  return async function sealPage({ run, page, lost }) {
    for (const position of lost) await keepLostCall(dependencies, run, page, position);
    const lines = await sealLines(dependencies, run, page);
    return lines.map(countLine).reduce(addCounts, noCounts);
  };
}

// Nobody is left to tell what became of the call, and a stop asks for no other attempt.
async function keepLostCall(
  dependencies: ActivityDependencies,
  run: RunLocation,
  page: number,
  position: number,
): Promise<void> {
  const [call, plan] = [
    (await dependencies.plans.page(run, page))[position],
    await dependencies.plans.plan(run),
  ];
  if (call === undefined || plan === undefined) return;
  const key = runKeys(run).attempts(page, call.number, call.id);
  const earlier = await readKeptAttempts(dependencies, key);
  const attempt = (earlier?.attempts.at(-1)?.attempt ?? 0) + 1;
  const note: AttemptNote = { attempt, code: LOST_WORKER, effect: { kind: 'lost' } };
  const kept = addAttempts(earlier, keptAttempts({ plan, call }, [note]));
  await dependencies.store.put(key, JSON.stringify(kept), { contentType: 'application/json' });
}

/** Writes a page's part, and returns its lines. */
export async function sealLines(
  dependencies: ActivityDependencies,
  run: RunLocation,
  page: number,
): Promise<readonly ResultLine[]> {
  const lines = await readPageLines(dependencies, run, page);
  await dependencies.store.put(
    runKeys(run).part(page),
    lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
    {
      contentType: 'application/x-ndjson',
    },
  );
  return lines;
}

function countLine(line: ResultLine): Counts {
  const tally = tallyLine(line);
  if (line.status !== 'failed') return countsOf(line.model, tally);
  const { code, status, remedy } = line.fault;
  return countsOf(line.model, tally, {
    id: line.id,
    code,
    ...(status === undefined ? {} : { status }),
    remedy,
  });
}
