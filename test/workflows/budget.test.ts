import { describe, expect, vi } from 'vitest';

import { setBudget } from '../../src/commands/steer.ts';
import { formatAmount, parseAmount } from '../../src/pollen/amount.ts';
import { billTotal } from '../../src/report/report.ts';
import { runKeys, type RunLocation } from '../../src/storage/keys.ts';
import { runViewQuery, type RunView } from '../../src/workflows/messages.ts';
import { callsOf } from '../support/calls.ts';
import { planFinePages } from '../support/fine-pages.ts';
import type { Harness } from '../support/harness.ts';
import { test } from '../support/on-servers.ts';

const waiting = { timeout: 60_000, interval: 50 };
/** Pollen for a picture of flux. */
const PICTURE = '0.001';

const pictures = (count: number, budget: string): string => `
version: 1
name: dear
budget: ${budget}
items:
${Array.from({ length: count }, (_, index) => `  - { image: bee ${index} }`).join('\n')}
`;

async function untilPaused({ handle }: Harness, run: RunLocation): Promise<RunView> {
  return vi.waitFor(async () => {
    const view = await handle(run).query(runViewQuery);
    expect(view.paused?.map(({ reason }) => reason)).toEqual(['budget']);
    return view;
  }, waiting);
}

describe.concurrent('a run with a budget', () => {
  test('pauses when it is used up, never over it, and goes on to an exact bill once it has more', async ({
    open,
  }) => {
    const harness = await open({ lanes: [{ name: 'all', concurrency: 16 }] });
    const { run } = await harness.submit(pictures(60, '"0.0185"'));
    const view = await untilPaused(harness, run);
    expect(view).toMatchObject({
      state: 'paused',
      budget: { amount: '0.0185', spent: '0.018', held: '0', free: '0.0005' },
      tally: { succeeded: 18 },
    });
    expect(harness.emulator.meter().charged).toBe('0.018');
    expect(callsOf(harness.emulator)).toHaveLength(18);

    const set = await setBudget(harness.session.temporal, run.runId, { amount: '+1', reason: 'more bees' });
    expect(set.budget.amount).toBe('1.0185');
    expect(await harness.finish(run)).toMatchObject({
      state: 'completed',
      tally: { succeeded: 60, settled: harness.emulator.meter().charged },
    });
    expect(billTotal(await harness.files(run).bill())).toBe('0.06');
    expect(callsOf(harness.emulator)).toHaveLength(60);
    const change = await harness.session.store.get(runKeys(run).change(1));
    expect(JSON.parse(Buffer.from(change?.body ?? '').toString())).toMatchObject({
      version: 1,
      kind: 'budget',
      budget: { amount: '1.0185', onExceeded: 'pause' },
      reason: 'more bees',
    });
  });
});
