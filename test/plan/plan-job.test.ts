import { describe, expect, it } from 'vitest';

import type { PlanJobInput } from '../../src/plan/plan-job.ts';
import { planOf, type WholePlan } from '../support/plan.ts';

function plan(items: string, changes: Partial<PlanJobInput> = {}): Promise<WholePlan> {
  return planOf(
    `version: 1\nname: bees\ndescription: About bees\nlabels: { team: design }\nitems:\n${items}`,
    { laneOf: (model) => (model === 'flux' ? 'pictures' : 'all'), ...changes },
  );
}

const mixed = `
  - { text: One bee, params: { max_tokens: 10 } }
  - { text: Two bees }
  - { image: A lamp }
  - { text: Three bees, params: { model: free } }
`;

describe('a plan', () => {
  it('names what the run will be: pages, models and prices', async () => {
    const { plan: planned, pages } = await plan(mixed);
    expect(planned).toMatchObject({
      job: 'bees',
      description: 'About bees',
      labels: { team: 'design' },
      items: 4,
      pages: [
        { page: 0, lane: 'all', calls: 3 },
        { page: 1, lane: 'pictures', calls: 1 },
      ],
      models: ['openai', 'flux', 'free'],
    });
    expect(planned.prices.map(({ model }) => model)).toEqual(['openai', 'flux', 'free']);
    expect(pages.flatMap((page) => page.items.map(({ number }) => number))).toEqual([1, 2, 4, 3]);
  });

  it('estimates the most it can cost, the calls without a bound, and the free ones', async () => {
    const { plan: planned, pages } = await plan(mixed);
    const maximum = (pages[0]?.items[0] as { maximum?: string } | undefined)?.maximum ?? '0';
    expect(planned.estimate).toMatchObject({
      atMost: String(Number((Number(maximum) + 0.002).toFixed(8))),
      unbounded: 1,
      free: 1,
    });
  });

  it('takes items that ask the same for charged once, and at most each', async () => {
    const lamp = '  - { image: A lamp, params: { seed: 7 } }\n';
    const bee = '  - { text: One bee, params: { seed: 7 } }\n';
    expect((await plan(lamp + lamp + bee + bee)).plan.estimate).toMatchObject({
      atLeast: (await plan(lamp + bee)).plan.estimate.atLeast,
      likely: '0.002',
      atMost: '0.004',
      unknown: 1,
      unbounded: 2,
    });
  });

  it('is refused when a price is not known, naming each model once', async () => {
    const unpriced = `
  - { text: One bee, params: { model: new } }
  - { text: Two bees, params: { model: new } }
  - { image: A lamp, params: { model: newer } }
`;
    await expect(plan(unpriced)).rejects.toThrow('no price is known for new (text), newer (image)');
    await expect(plan(unpriced)).rejects.toThrow(expect.objectContaining({ code: 'no-price' }));
    expect((await plan(unpriced, { allowUnpriced: true })).plan.estimate).toEqual({
      atMost: '0',
      atLeast: '0',
      likely: '0',
      unbounded: 3,
      unknown: 3,
      free: 0,
    });
  });

  it('lets timers run while it is made, as the heartbeats of a worker are', async () => {
    let beats = 0;
    const timer = setInterval(() => (beats += 1), 1);
    const many = (id: string): string =>
      `  - { id: ${id}, text: Many bees, samples: 1000, params: { max_tokens: 5 } }
`;
    const { plan: planned } = await plan(many('a') + many('b'), {
      onItem: ({ number }) => {
        if (number === 2_000) clearInterval(timer);
      },
    });
    expect(planned.items).toBe(2_000);
    expect(beats).toBeGreaterThan(0);
  });

  it('is the same each time it is made', async () => {
    expect(await plan(mixed)).toEqual(await plan(mixed));
  });
});
