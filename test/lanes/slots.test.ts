import { describe, expect, it } from 'vitest';
import pino from 'pino';

import { createGovernor } from '../../src/lanes/governor/governor.ts';
import type { QueueConfig } from '../../src/lanes/governor/queue-config.ts';
import { createWriteBudget } from '../../src/lanes/governor/write-budget.ts';
import { createGate } from '../../src/lanes/governor/gate.ts';
import { slotsAt } from '../../src/lanes/governor/slots.ts';
import type { Outcome } from '../../src/pollinations/outcome.ts';
import { sampleAnswer } from '../support/samples.ts';

const context = {
  slotType: 'activity',
  taskQueue: 'q',
  workerIdentity: 'w',
  workerBuildId: '',
  isSticky: false,
} as const;
const forever = new AbortController().signal;

function asker(supplier: ReturnType<typeof slotsAt>) {
  let granted = 0;
  return {
    ask: async (signal = forever): Promise<void> => {
      await supplier.reserveSlot(context, signal);
      granted += 1;
    },
    free: () => supplier.releaseSlot({ permit: {} }),
    granted: async (): Promise<number> => {
      await new Promise(setImmediate);
      return granted;
    },
  };
}

describe('the slots of a lane', () => {
  it('are as many as there are now, and none is taken away', async () => {
    let most = 3;
    const gate = createGate(() => most);
    const { ask, free, granted } = asker(slotsAt(gate));
    for (let asked = 0; asked < 5; asked += 1) void ask();
    expect(await granted()).toBe(3);
    most = 1;
    free();
    free();
    expect(await granted()).toBe(3);
    free();
    expect(await granted()).toBe(4);
    most = 2;
    gate.refresh();
    expect(await granted()).toBe(5);
  });

  it('are not kept for a poll that was given up', async () => {
    const { ask, free, granted } = asker(slotsAt(createGate(() => 1)));
    const leaves = new AbortController();
    await ask();
    const gone = ask(leaves.signal);
    leaves.abort();
    await expect(gone).rejects.toMatchObject({ name: 'AbortError' });
    free();
    await ask();
    void ask();
    expect(await granted()).toBe(2);
    free();
    expect(await granted()).toBe(3);
  });
});

describe('a server that takes no rate', () => {
  it('is said once, and the worker paces its polls by itself', async () => {
    const warnings: string[] = [];
    const logger = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(line) });
    const refuse = () => Promise.reject(Object.assign(new Error('no such method'), { code: 12 }));
    const queue: QueueConfig = { read: refuse, write: refuse };
    const lane = { name: 'all', rps: 4, adaptive: true, concurrency: 8 };
    const governor = createGovernor({ lane, worker: 'w', queue, budget: createWriteBudget(), logger });
    await governor.prepare();
    await governor.prepare();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('keeps to the rate by itself');

    const { ask, granted } = asker(governor.slots);
    await ask();
    const answer: Outcome = sampleAnswer();
    await governor.call({ item: 'item', signal: forever, send: () => Promise.resolve(answer) });
    const second = ask();
    expect(await granted()).toBe(1);
    await second;
    expect(await granted()).toBe(2);
  });
});
