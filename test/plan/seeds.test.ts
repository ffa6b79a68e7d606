import { describe, expect, it } from 'vitest';

import type { ExpandedItem } from '../../src/plan/expand/expanded-item.ts';
import { imageStep, itemOf, planCall, planner, planSteps, problemOf, textStep } from '../support/planning.ts';

const bee = textStep('One bee');

async function seedOf(changes: Partial<ExpandedItem>, context = {}): Promise<number | undefined> {
  return (await planCall(itemOf(bee, changes), context)).seed;
}

describe('the seed of an item', () => {
  it('is a number that its author gave, counted up over its samples', async () => {
    expect(await seedOf({ seed: 7 })).toBe(7);
    expect(await seedOf({ seed: 7, sample: 3 })).toBe(9);
  });

  it('is the entry of a list for each sample, and a problem where the list is too short', async () => {
    expect(await seedOf({ seed: [5, 50] })).toBe(5);
    expect(await seedOf({ seed: [5, 50], sample: 2 })).toBe(50);
    expect(await problemOf(itemOf(bee, { seed: [5, 50], sample: 3 }))).toBe(
      'job.yaml:7:5: value-invalid: the list of seeds has 2 entries, and this is sample 3',
    );
  });

  it('gives way to one that a step pins', async () => {
    const pinned = textStep('One bee', { params: { model: 'openai', seed: 3 } });
    expect((await planCall(itemOf(pinned, { seed: 7 }))).seed).toBe(3);
  });

  it('is refused where the API would not take it', async () => {
    expect(await problemOf(itemOf(imageStep('A bee'), { seed: 2 ** 31 }))).toContain(
      'job.yaml:7:5: param-invalid: "seed" must be a whole number from 0 to 2147483647',
    );
  });

  it('is another for each sample, with an id or without', async () => {
    const { plan } = planner();
    const seeds = new Set<number | undefined>();
    for (const id of ['hive', undefined]) {
      for (const sample of [1, 2, 3]) {
        const { id: _id, ...item } = itemOf(bee, { sample });
        const planned = await plan(id === undefined ? item : { ...item, id });
        if ('item' in planned && 'seed' in planned.item) seeds.add(planned.item.seed);
      }
    }
    expect(seeds.size).toBe(6);
  });

  it('stays with a sample without an id when other rows get more samples', async () => {
    const last = async (samples: readonly number[]): Promise<unknown> => {
      const { plan } = planner();
      for (const sample of samples) await plan({ ...itemOf(bee, { sample }), id: undefined } as never);
      const { id: _id, ...next } = itemOf(bee, { sample: 1 });
      return plan(next);
    };
    expect(await last([1, 2])).toEqual(await last([1, 2, 3, 4]));
  });

  it('is drawn from the run when it is fresh: by the item, the job, or for the whole run', async () => {
    const stable = await seedOf({});
    const fresh = await seedOf({ seed: 'fresh' });
    expect(fresh).not.toBe(stable);
    expect(await seedOf({ seed: 'fresh' }, { seeds: { scope: 'run-2' } })).not.toBe(fresh);
    expect(await seedOf({}, { seeds: { rule: 'fresh' } })).toBe(fresh);
    expect(await seedOf({ seed: 'stable' }, { seeds: { rule: 'fresh' } })).toBe(stable);
    expect(await seedOf({ seed: 'stable' }, { seeds: { allFresh: true } })).toBe(fresh);
    expect(await seedOf({ seed: 7 }, { seeds: { allFresh: true } })).toBe(7);
  });

  it('may be had by others when it is pinned, or stable in a job that has run; never when it is fresh', async () => {
    const shared = async (changes: Partial<ExpandedItem>, mayRepeat: boolean): Promise<boolean> =>
      (await planCall(itemOf(bee, changes), { seeds: { mayRepeat } })).shared === true;
    expect(await shared({ seed: 7 }, false)).toBe(true);
    expect(await shared({}, false)).toBe(false);
    expect(await shared({}, true)).toBe(true);
    expect(await shared({ seed: 'fresh' }, true)).toBe(false);
  });

  it('tells whether any was fresh', async () => {
    const some = planner();
    await some.plan(itemOf(bee));
    expect(some.hasFreshSeeds()).toBe(false);
    await some.plan(itemOf(bee, { seed: 'fresh' }));
    expect(some.hasFreshSeeds()).toBe(true);
  });
});

describe('the seeds of steps', () => {
  const steps = [textStep('One bee', { id: 'one' }), textStep('One bee', { id: 'two' })];

  it('differ within an item, and stay the same when steps come before them', async () => {
    const [one, two] = (await planSteps(itemOf(steps))).steps.map(({ seed }) => seed);
    expect(one).not.toBe(two);
    const more = await planSteps(itemOf([textStep('No bee', { id: 'zero' }), ...steps]));
    expect(more.steps.map(({ seed }) => seed).slice(1)).toEqual([one, two]);
  });

  it('follow what the whole item sends where it has no id', async () => {
    const { id: _id, ...nameless } = itemOf(steps);
    const { plan } = planner();
    const first = await plan(nameless);
    const again = await planner().plan({ ...nameless, number: 9 });
    const twin = await plan(nameless);
    const seeds = (planned: Awaited<ReturnType<typeof plan>>): unknown =>
      'item' in planned && 'steps' in planned.item ? planned.item.steps.map(({ seed }) => seed) : undefined;
    expect(seeds(again)).toEqual(seeds(first));
    expect(seeds(twin)).not.toEqual(seeds(first));
  });
});
