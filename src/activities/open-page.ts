import { addTallies, emptyTally, tallyOf } from '../records/tally.ts';
import { receiptOf } from '../records/record.ts';
import type { ControlActivities } from '../workflows/contract.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { readPageRecords } from './page-records.ts';
import { takeOver } from './take-over.ts';

/**
 * Tells a page's workflow its calls, in columns and without prompts, and which of them have no record yet. That makes a
 * reset or a rebuild cheap: only what is missing is called for. What an earlier run has done is taken over first.
 */
export function createOpenPage(dependencies: ActivityDependencies): ControlActivities['openPage'] {
  return async function openPage({ run, page }) {
    const [calls, { records: present }] = await Promise.all([
      dependencies.plans.page(run, page),
      readPageRecords(dependencies, run, page),
    ]);
    const reusable = calls.filter(({ number, reuse }) => reuse !== undefined && !present.has(number));
    const taken = await takeOver(dependencies, run, page, reusable);
    const found = new Map([...present, ...taken.map((record) => [record.number, record] as const)]);
    const models = [...new Set(calls.map((call) => call.model))];
    return {
      ids: calls.map((call) => call.id),
      kinds: calls.map((call) => call.kind[0]).join(''),
      models,
      model: calls.map((call) => models.indexOf(call.model)),
      missing: calls.flatMap((call, position) => (found.has(call.number) ? [] : [position])),
      done: [...found.values()]
        .map((record) => tallyOf(receiptOf(record, '')))
        .reduce(addTallies, emptyTally),
    };
  };
}
