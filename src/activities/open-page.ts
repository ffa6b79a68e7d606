import { holdOf } from '../plan/budget.ts';
import type { PlannedItem, PlannedStep } from '../plan/plan.ts';
import { formatAmount } from '../pollen/amount.ts';
import type { CacheMode } from '../pollen/settle.ts';
import { addTallies, emptyTally, tallyOf } from '../records/tally.ts';
import { receiptOf } from '../records/record.ts';
import type { ControlActivities } from '../workflows/contract.ts';
import type { ChainShape, StepShape } from '../workflows/item-steps.ts';
import type { OpenedPage } from '../workflows/inputs.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { readPageRecords } from '../report/page-records.ts';
import { takeOver } from './take-over.ts';
import { takeOverSteps } from './take-over-steps.ts';

/**
 * Tells a page's workflow its calls, in columns and without prompts, and which of them have no record yet. That makes a
 * reset or a rebuild cheap: only what is missing is called for. What an earlier run has done is taken over first.
 */
export function createOpenPage(dependencies: ActivityDependencies): ControlActivities['openPage'] {
  return async function openPage({ run, page }) {
    const [plan, items, { records: present, keys }] = await Promise.all([
      dependencies.plans.plan(run),
      dependencies.plans.page(run, page),
      readPageRecords(dependencies, run, page),
    ]);
    const reusable = items.filter(({ number, reuse }) => reuse !== undefined && !present.has(number));
    const taken = await takeOver(dependencies, run, page, reusable, keys);
    await takeOverSteps(
      dependencies,
      run,
      page,
      items.filter(({ number }) => !present.has(number)),
      keys,
    );
    const found = new Map([...present, ...taken.map((record) => [record.number, record] as const)]);
    const models = [...new Set(items.flatMap((item) => callsOf(item).map(({ model }) => model)))];
    // Of an item of several calls its last one, as everywhere.
    const last = items.map((item) => callsOf(item).at(-1));
    return {
      ids: items.map((item) => item.id),
      kinds: last.map((call) => call?.kind[0] ?? 't').join(''),
      models,
      model: last.map((call) => models.indexOf(call?.model ?? '')),
      missing: items.flatMap((item, position) => (found.has(item.number) ? [] : [position])),
      done: [...found.values()]
        .map((record) => tallyOf(receiptOf(record, '')))
        .reduce(addTallies, emptyTally),
      ...chainsOf(items, models),
      ...(plan?.budget === undefined ? {} : { holds: holdsOf(items, plan.api.cacheMode) }),
    };
  };
}

// Of a step over a list, or one that may be mended, the hold is that of each of its calls.
function holdsOf(items: readonly PlannedItem[], mode: CacheMode): NonNullable<OpenedPage['holds']> {
  const amounts = new Map<string, number>();
  const indexOf = ({ maximum }: Pick<PlannedStep, 'maximum'>): number => {
    // Without a bound it is taken over or not sent, so that it holds nothing.
    const amount = formatAmount(holdOf(maximum ?? '0', mode));
    const index = amounts.get(amount) ?? amounts.size;
    amounts.set(amount, index);
    return index;
  };
  const of = items.map((item) => ('steps' in item ? item.steps.map(indexOf) : indexOf(item)));
  return { amounts: [...amounts.keys()], of };
}

function callsOf(item: PlannedItem): readonly Pick<PlannedStep, 'kind' | 'model'>[] {
  return 'steps' in item ? item.steps : [item];
}

// Items of one entry have the same steps, so a shape is told once.
function chainsOf(items: readonly PlannedItem[], models: readonly string[]): Pick<OpenedPage, 'chains'> {
  const chains = items.flatMap((item) => ('steps' in item ? [item] : []));
  if (chains.length === 0) return {};
  const lanes = [...new Set(chains.flatMap(({ steps }) => steps.map(({ lane }) => lane)))];
  const shapes = new Map<string, { readonly index: number; readonly shape: ChainShape }>();
  const shape = items.map((item) => {
    if (!('steps' in item)) return -1;
    const own = item.steps.map((step) => shapeOf(step, models, lanes));
    const name = JSON.stringify(own);
    const { index } = shapes.get(name) ?? { index: shapes.size };
    shapes.set(name, { index, shape: own });
    return index;
  });
  return { chains: { shapes: [...shapes.values()].map((one) => one.shape), lanes, shape } };
}

function shapeOf(step: PlannedStep, models: readonly string[], lanes: readonly string[]): StepShape {
  return {
    id: step.id,
    kind: step.kind === 'image' ? 'i' : 't',
    model: models.indexOf(step.model),
    lane: lanes.indexOf(step.lane),
    needs: step.needs,
    ...(step.forEach === undefined ? {} : { forEach: step.forEach.step }),
    ...(step.repair === undefined ? {} : { repair: step.repair }),
  };
}
