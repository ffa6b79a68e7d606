import { describe, expect, it } from 'vitest';

import type { ActivityDependencies } from '../../src/activities/dependencies.ts';
import { createOpenPage } from '../../src/activities/open-page.ts';
import { createPlanReader } from '../../src/activities/plan-reader.ts';
import { createPageCutter } from '../../src/plan/pages.ts';
import { openSpool } from '../../src/plan/spool.ts';
import type { Plan, PlannedItem } from '../../src/plan/plan.ts';
import { createRecords } from '../../src/records/record-store.ts';
import { writePlan } from '../../src/records/run-store.ts';
import type { OpenedPage } from '../../src/workflows/inputs.ts';
import { chain, laterImage, laterText, textStep } from '../support/chain-plan.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { run, sampleCall, samplePlan } from '../support/samples.ts';

async function open(items: readonly PlannedItem[], changes: Partial<Plan> = {}): Promise<OpenedPage> {
  const store = createMemoryStore();
  const dependencies = { store, records: createRecords(store), plans: createPlanReader(store) };
  await writePlan(store, run, {
    plan: samplePlan({ items: items.length, ...changes }),
    pageText: () => items.map((item) => `${JSON.stringify(item)}\n`).join(''),
  });
  return createOpenPage(dependencies as unknown as ActivityDependencies)({ run, page: 0 });
}

const steps = [
  textStep('list', 'x', { repair: 1 }),
  laterImage('draw', '{{ each }}', [0], { lane: 'slow', forEach: { step: 0, path: ['a', 'b'], max: 3 } }),
];

describe('what a page is told of its items', () => {
  it('says nothing of steps where no item has any', async () => {
    expect(await open([sampleCall()])).toEqual({
      ids: ['haiku'],
      kinds: 't',
      models: ['openai'],
      model: [0],
      missing: [0],
      done: expect.any(Object),
    });
  });

  it('has what each call holds of a budget, and nothing of it where there is none', async () => {
    const items = [sampleCall({ maximum: '0.5' }), chain(2, 'a', steps), sampleCall({ maximum: '0.5' })];
    const budget = { amount: '2', onExceeded: 'pause' as const };
    const { holds } = await open(items, { budget });
    const amountOf = (index: number | readonly number[] | undefined) =>
      [index].flat().map((one) => holds?.amounts[one ?? -1]);
    const chained = steps.map(({ maximum }) => maximum ?? '0');
    expect(holds?.of.map(amountOf)).toEqual([['0.5'], chained, ['0.5']]);
    expect(holds?.amounts).toHaveLength(new Set(['0.5', ...chained]).size);
    expect(await open(items)).not.toHaveProperty('holds');
  });

  it('has the steps of items once for all that have the same, and no prompt', async () => {
    const opened = await open([sampleCall(), chain(2, 'a', steps), chain(3, 'b', steps)]);
    expect(opened).toMatchObject({
      ids: ['haiku', 'a', 'b'],
      kinds: 'tii',
      models: ['openai', 'flux'],
      model: [0, 1, 1],
      chains: {
        lanes: ['all', 'slow'],
        shape: [-1, 0, 0],
        shapes: [
          [
            { id: 'list', kind: 't', model: 0, lane: 0, needs: [], repair: 1 },
            { id: 'draw', kind: 'i', model: 1, lane: 1, needs: [0], forEach: 0 },
          ],
        ],
      },
    });
  });

  it('stays below 64 KB for the fullest page of items with long names, all of them different', async () => {
    const spool = openSpool();
    const cutter = createPageCutter(spool);
    const items: PlannedItem[] = [];
    for (let number = 1; ; number += 1) {
      const long = (what: string): string => `${what}-${number}-`.padEnd(40, 'x');
      const item = chain(number, long('item').padEnd(100, 'y'), [
        textStep(long('first'), 'x', { model: long('model') }),
        laterText(long('second'), '{{ x }}', [0], { lane: 'lane-'.padEnd(40, 'x') }),
      ]);
      if (cutter.add(item, 'all') > 0) break;
      items.push(item);
    }
    spool.close();
    const opened = await open(items);
    expect(opened.ids.length).toBeGreaterThan(60);
    expect(Buffer.byteLength(JSON.stringify(opened))).toBeLessThan(64 * 1024);
  });
});
