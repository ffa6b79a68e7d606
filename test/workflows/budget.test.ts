import { describe, expect, vi } from 'vitest';

import { setBudget } from '../../src/commands/steer.ts';
import { parseAmount } from '../../src/pollen/amount.ts';
import { readChanges } from '../../src/records/changes.ts';
import { billTotal } from '../../src/report/report.ts';
import type { RunLocation } from '../../src/storage/keys.ts';
import { runViewQuery, type RunView } from '../../src/workflows/messages.ts';
import { callsOf } from '../support/calls.ts';
import { planFinePages } from '../support/fine-pages.ts';
import type { Harness } from '../support/harness.ts';
import { test } from '../support/on-servers.ts';

const waiting = { timeout: 90_000, interval: 50 };

// A picture of flux costs 0.002 Pollen.
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

function charged({ emulator }: Harness): bigint {
  return parseAmount(emulator.meter().charged);
}

describe.concurrent('a run with a budget', () => {
  test('pauses when it is used up, knows that after it was ended from outside, and goes on to an exact bill', async ({
    open,
  }) => {
    const harness = await open();
    const job = pictures(60, '"0.0365"');
    const { run } = await harness.submit(job);
    const reached = {
      state: 'paused',
      budget: { amount: '0.0365', spent: '0.036', held: '0', free: '0.0005' },
      paused: [{ message: expect.stringContaining('18 of 60 items done, 0.036 spent, and 0.0015 missing') }],
    };
    expect(await untilPaused(harness, run)).toMatchObject(reached);
    expect(harness.emulator.meter().charged).toBe('0.036');

    await harness.handle(run).terminate();
    expect((await harness.submit(job)).run).toEqual(run);
    expect(await untilPaused(harness, run)).toMatchObject({ state: 'paused', budget: reached.budget });
    expect(callsOf(harness.emulator)).toHaveLength(18);

    const { temporal, store } = harness.session;
    const more = { amount: '+0.001', reason: 'a little' };
    expect(await setBudget(temporal, run.runId, more)).toMatchObject({ budget: { amount: '0.0375' } });
    await untilPaused(harness, run);
    expect(await setBudget(temporal, run.runId, { amount: '1' })).toMatchObject({ budget: { amount: '1' } });
    expect(await harness.finish(run)).toMatchObject({
      state: 'completed',
      tally: { succeeded: 60, settled: harness.emulator.meter().charged },
    });
    expect(billTotal(await harness.files(run).bill())).toBe('0.12');
    expect(callsOf(harness.emulator)).toHaveLength(60);
    expect(await readChanges(store, run)).toMatchObject([
      { kind: 'budget', budget: { amount: '0.0375', onExceeded: 'pause' }, reason: 'a little' },
      { kind: 'budget', budget: { amount: '1' } },
    ]);
    expect(await harness.files(run).report()).toMatchObject({ budget: { amount: '1', reached: false } });
  });

  test('stops there for good where it shall, and says so in its report', async ({ open }) => {
    const harness = await open();
    const { run } = await harness.submit(pictures(30, '{ amount: "0.0201", onExceeded: stop }'));
    expect(await harness.finish(run)).toMatchObject({
      state: 'stopped',
      because: 'budget',
      tally: { succeeded: 10, cancelled: 20, settled: harness.emulator.meter().charged },
    });
    expect(await harness.files(run).report()).toMatchObject({
      state: 'stopped',
      budget: { amount: '0.0201', onExceeded: 'stop', reached: true },
    });
    expect(callsOf(harness.emulator)).toHaveLength(10);
  });

  test('is shared by many pages to the last call, and needs none of it for what is free', async ({
    open,
  }) => {
    const harness = await open();
    const job = pictures(24, '"0.0239"');
    await planFinePages(harness, job);
    const { run } = await harness.submit(job);
    expect(await untilPaused(harness, run)).toMatchObject({
      budget: { spent: '0.022', held: '0', free: '0.0019' },
    });
    await setBudget(harness.session.temporal, run.runId, { amount: '+0.0241' });
    expect(await harness.finish(run)).toMatchObject({
      state: 'completed',
      tally: { succeeded: 24, settled: '0.048' },
    });
  });

  test('holds twice the price where the API has no cache, and is not exceeded by answers that are lost', async ({
    open,
  }) => {
    const harness = await open({
      emulator: { cacheMode: 'none', faults: { lost: 0.15, '524': 0.05 }, gatewayTimeoutMs: 200, seed: 7 },
    });
    const { run } = await harness.submit(pictures(60, '"0.04"'));
    const { budget } = await untilPaused(harness, run);
    expect(charged(harness)).toBeLessThanOrEqual(parseAmount('0.04'));
    expect(charged(harness)).toBeLessThanOrEqual(parseAmount(budget?.spent ?? '0'));
    expect(parseAmount(budget?.free ?? '1')).toBeLessThan(parseAmount('0.004'));

    await setBudget(harness.session.temporal, run.runId, { amount: '0.3' });
    const { tally } = await harness.finish(run);
    const bound = parseAmount(tally.settled) + parseAmount(tally.unknown.atMost ?? '0');
    expect(charged(harness)).toBeLessThanOrEqual(bound);
    expect(bound).toBeLessThanOrEqual(parseAmount('0.3'));
    const codes = (await harness.files(run).errors()).map(
      (line) => line.status === 'failed' && line.fault.code,
    );
    expect(codes.every((code) => code === 'lost-twice')).toBe(true);
  });

  test('is shared by the steps of items in several lanes, and waits for none for ever', async ({ open }) => {
    const harness = await open({
      lanes: [
        { name: 'pictures', models: ['flux'], concurrency: 3 },
        { name: 'all', concurrency: 8 },
      ],
    });
    const { run } = await harness.submit(
      `
version: 1
name: fables
budget: "0.0251"
defaults: { text: { max_tokens: 20 } }
items:
  - from: animals.txt
    id: "{{ item.number }}"
    steps:
      - { id: tell, text: "One line about the {{ row.text }}" }
      - { id: draw, image: "{{ steps.tell.text }}" }
`,
      { reading: { files: animals(24) } },
    );
    const { budget } = await untilPaused(harness, run);
    expect(charged(harness)).toBe(parseAmount(budget?.spent ?? '0'));
    expect(charged(harness)).toBeLessThanOrEqual(parseAmount('0.0251'));
    await setBudget(harness.session.temporal, run.runId, { amount: '+1' });
    expect(await harness.finish(run)).toMatchObject({
      state: 'completed',
      tally: { succeeded: 24, settled: harness.emulator.meter().charged },
    });
  });

  test('is refused another budget where it has none', async ({ open }) => {
    const harness = await open({ emulator: { latency: { kind: 'fixed', ms: 3_000 } } });
    const { run } = await harness.submit('version: 1\nname: free\nitems: [{ text: a }]\n');
    await expect(setBudget(harness.session.temporal, run.runId, { amount: '1' })).rejects.toMatchObject({
      code: 'usage',
      message: `run ${run.runId} has no budget`,
    });
    await harness.finish(run);
  });
});

function animals(count: number) {
  const text = Array.from({ length: count }, (_, index) => `animal ${index}\n`).join('');
  return {
    // oxlint-disable-next-line require-await
    async *open() {
      yield Buffer.from(text);
    },
    match: () => Promise.resolve([]),
  };
}
