import { describe, expect, it } from 'vitest';

import type { PlannedCall } from '../../src/plan/plan.ts';
import { planJob, type PlanJobInput } from '../../src/plan/plan-job.ts';
import { jobOf } from '../support/job.ts';
import { api, prices } from '../support/samples.ts';

function plan(items: string, changes: Partial<PlanJobInput> = {}) {
  return planJob({
    job: jobOf(`version: 1\nname: bees\ndescription: About bees\nlabels: { team: design }\nitems:\n${items}`),
    runId: 'bees-0a1b2c3d4e',
    api,
    prices,
    laneOf: (model) => (model === 'flux' ? 'pictures' : 'all'),
    allowUnpriced: false,
    mayRepeat: false,
    createdAt: '2026-01-02T03:04:05.000Z',
    ...changes,
  });
}

const mixed = `
  - { text: One bee, params: { max_tokens: 10 } }
  - { text: Two bees }
  - { image: A lamp }
  - { text: Three bees, params: { model: free } }
`;

describe('a plan', () => {
  it('names what the run will be: pages, models and prices', () => {
    const { plan: planned, pages } = plan(mixed);
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

  it('estimates the most it can cost, the calls without a bound, and the free ones', () => {
    const { plan: planned, pages } = plan(mixed);
    const maximum = (pages[0]?.items[0] as PlannedCall).maximum ?? '0';
    expect(planned.estimate).toEqual({
      atMost: String(Number((Number(maximum) + 0.002).toFixed(8))),
      unbounded: 1,
      free: 1,
    });
  });

  it('is refused when a price is not known, naming each model once', () => {
    const unpriced = `
  - { text: One bee, params: { model: new } }
  - { text: Two bees, params: { model: new } }
  - { image: A lamp, params: { model: newer } }
`;
    expect(() => plan(unpriced)).toThrow('no price is known for new (text), newer (image)');
    expect(() => plan(unpriced)).toThrow(expect.objectContaining({ code: 'no-price' }));
    expect(plan(unpriced, { allowUnpriced: true }).plan.estimate).toEqual({
      atMost: '0',
      unbounded: 3,
      free: 0,
    });
  });

  it('is the same each time it is made', () => {
    expect(plan(mixed)).toEqual(plan(mixed));
  });
});
