import { describe, expect, it } from 'vitest';

import type { Job } from '../../src/manifest/job.ts';
import { holdOf, withMaxCost } from '../../src/plan/budget.ts';
import type { PlanJobInput } from '../../src/plan/plan-job.ts';
import { jobOf } from '../support/job.ts';
import { planOf } from '../support/plan.ts';
import { api } from '../support/samples.ts';

const job = (budget: string, items: string): string =>
  `version: 1\nname: bees\nbudget: ${budget}\nitems:\n${items}`;
const bees = '  - { text: One bee, params: { max_tokens: 10 } }\n  - { image: A lamp }\n';

async function refusal(text: string, changes: Partial<PlanJobInput> = {}): Promise<string> {
  try {
    await planOf(text, changes);
    return 'planned';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('a budget', () => {
  it('goes into the plan, and says whether its run pauses or stops there', async () => {
    expect((await planOf(job('"2.5"', bees))).plan.budget).toEqual({ amount: '2.5', onExceeded: 'pause' });
    const { plan } = await planOf(job('{ amount: "2.5", onExceeded: stop }', bees));
    expect(plan.budget).toEqual({ amount: '2.5', onExceeded: 'stop' });
    expect((await planOf(bees.replace(/^/, 'version: 1\nname: bees\nitems:\n'))).plan.budget).toBeUndefined();
  });

  it('is refused for a call that nothing bounds, with what would', async () => {
    const text = await refusal(job('"2.5"', `${bees}  - { text: Two bees }\n`));
    expect(text).toContain('budget-unbounded');
    expect(text).toContain('give it `max_tokens`');
  });

  it('is refused where it does not hold the dearest call, and says what would', async () => {
    expect(await refusal(job('"0.001"', bees))).toMatch(
      /"line":3,"column":9,"code":"budget-low","message":"a call of item 2 may cost 0.002 Pollen, .*give it 0.002 or more/,
    );
    expect(await refusal(job('"0.002"', bees))).toBe('planned');
  });

  it('holds twice the price of a call where the API has no cache', async () => {
    expect(holdOf('0.002', 'exact')).toBe(200_000n);
    expect(holdOf('0.002', 'none')).toBe(400_000n);
    const none = { api: { ...api, cacheMode: 'none' as const } };
    expect(await refusal(job('"0.003"', bees), none)).toMatch(/budget-low.*give it 0.004 or more/);
  });

  it('of a schedule is checked as that of a run', async () => {
    const text = `version: 1\nname: bees\nschedule: { cron: 0 6 * * *, budget: { amount: "0.001", per: day } }\nitems:\n${bees}`;
    expect(await refusal(text)).toMatch(/budget-low/);
  });

  it('is the lower of that of the job and of --max-cost', () => {
    const of = (budget: string): Job => jobOf(job(budget, bees));
    expect(withMaxCost(of('"2.5"'), '3').budget?.amount).toBe('2.5');
    expect(withMaxCost(of('{ amount: "2.5", onExceeded: stop }'), '1').budget).toEqual({
      amount: '1',
      onExceeded: 'stop',
    });
    const { budget: _none, ...free } = of('"2.5"');
    expect(withMaxCost(free, '1').budget).toEqual({ amount: '1', onExceeded: 'pause' });
    expect(withMaxCost(free, undefined).budget).toBeUndefined();
  });
});
