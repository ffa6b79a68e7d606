import { addTallies, emptyTally } from '../report/tally.ts';
import { tallyLine, type ResultLine } from '../report/result-line.ts';
import { runKeys, type RunLocation } from '../storage/keys.ts';
import type { SampledFailure } from '../workflows/messages.ts';
import type { ControlActivities } from './contract.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { readPageLines } from './page-records.ts';

const SAMPLED_FAILURES = 20;
const SAMPLED_MESSAGE = 300;

/** Writes a page's share of the results from its records: every item once, in the order of the plan. */
export function createSealPage(dependencies: ActivityDependencies): ControlActivities['sealPage'] {
  return async function sealPage({ run, page }) {
    const lines = await sealLines(dependencies, run, page);
    return {
      tally: lines.map(tallyLine).reduce(addTallies, emptyTally),
      failures: lines.flatMap(sampleFailure).slice(0, SAMPLED_FAILURES),
    };
  };
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

function sampleFailure(line: ResultLine): readonly SampledFailure[] {
  if (line.status !== 'failed') return [];
  const { id, fault } = line;
  return [{ id, code: fault.code, message: `${fault.message} ${fault.remedy}`.slice(0, SAMPLED_MESSAGE) }];
}
