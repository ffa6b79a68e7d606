import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ActivitySlotInfo } from '@temporalio/worker';
import pino from 'pino';

import { createGovernor, type CallResult, type Governor } from '../../src/lanes/governor/governor.ts';
import type { QueueConfig } from '../../src/lanes/governor/queue-config.ts';
import { createWriteBudget } from '../../src/lanes/governor/write-budget.ts';
import { formatReason } from '../../src/lanes/governor/reason.ts';
import { createSlots } from '../../src/lanes/governor/slots.ts';
import type { Outcome } from '../../src/pollinations/outcome.ts';
import { sampleAnswer, sampleFault } from '../support/samples.ts';

const context = {
  slotType: 'activity',
  taskQueue: 'q',
  workerIdentity: 'w',
  workerBuildId: '',
  isSticky: false,
} as const;
const forever = new AbortController().signal;

const atOnce = (): number => 0;

function asker({ supplier }: Pick<ReturnType<typeof createSlots>, 'supplier'>) {
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

const write = (): Promise<number> => Promise.resolve(1);
const held = formatReason({
  configured: { rps: 4, adaptive: false },
  rate: 4,
  phase: { kind: 'held', left: 60 },
});

const call = { item: 'item', group: 'page', signal: forever, listen() {} };

/** Calls that are answered when the test says. */
function callsAt(governor: Governor, count: number) {
  const answers: ((outcome: Outcome) => void)[] = [];
  const ended: CallResult[] = [];
  for (let item = 0; item < count; item += 1) {
    const send = () => new Promise<Outcome>((resolve) => answers.push(resolve));
    void governor.call({ ...call, item: String(item), send }).then((result) => ended.push(result));
  }
  let answered = 0;
  return {
    answer: (outcome: Outcome = sampleAnswer()) => answers[answered++]?.(outcome),
    sent: async (): Promise<number> => {
      await new Promise(setImmediate);
      return answers.length;
    },
    ended: async (): Promise<readonly CallResult[]> => {
      await new Promise(setImmediate);
      return ended;
    },
  };
}

describe('the slots of a lane', () => {
  it('are as many as there are now, and none is taken away', async () => {
    let most = 3;
    const slots = createSlots(() => most, atOnce);
    const { ask, free, granted } = asker(slots);
    for (let asked = 0; asked < 5; asked += 1) void ask();
    expect(await granted()).toBe(3);
    most = 1;
    free();
    free();
    expect(await granted()).toBe(3);
    free();
    expect(await granted()).toBe(4);
    most = 2;
    slots.refresh();
    expect(await granted()).toBe(5);
  });

  it('are not kept for a poll that was given up', async () => {
    const { ask, free, granted } = asker(createSlots(() => 1, atOnce));
    const leaves = new AbortController();
    await ask();
    const gone = ask(leaves.signal);
    leaves.abort();
    await expect(gone).rejects.toBe(leaves.signal.reason);
    free();
    await ask();
    void ask();
    expect(await granted()).toBe(2);
    free();
    expect(await granted()).toBe(3);
  });
});

describe('the calls of a worker', () => {
  const lane = { name: 'all', concurrency: 8 };
  const silent = pino({ level: 'silent' });

  it('are in flight as many as the lane has for it, and half as many more are at hand', async () => {
    const queue: QueueConfig = { read: () => Promise.resolve({ writtenAt: 0, workers: 1 }), write };
    const governor = createGovernor({
      lane,
      worker: 'w',
      queue,
      budget: createWriteBudget(),
      logger: silent,
    });
    await governor.prepare();
    const { ask, granted } = asker(governor.slots);
    for (let asked = 0; asked < 20; asked += 1) void ask();
    expect(await granted()).toBe(12);

    const calls = callsAt(governor, 12);
    expect(await calls.sent()).toBe(8);
    calls.answer();
    expect(await calls.sent()).toBe(9);
  });

  it('are asked whether they may be sent once the lane lets them go, and leave their place if not', async () => {
    const queue: QueueConfig = { read: () => Promise.resolve({ writtenAt: 0, workers: 1 }), write };
    const governor = createGovernor({
      lane: { name: 'all', concurrency: 1 },
      worker: 'w',
      queue,
      budget: createWriteBudget(),
      logger: silent,
    });
    await governor.prepare();
    const order: string[] = [];
    let answer = (): void => {};
    const first = governor.call({
      ...call,
      send: () => new Promise<Outcome>((resolve) => (answer = () => resolve(sampleAnswer()))),
    });
    const send = () => Promise.resolve(sampleAnswer()).finally(() => order.push('sent'));
    const refused = governor.call({
      ...call,
      admit: async () => order.push('asked') === 0,
      send,
    });
    const last = governor.call({ ...call, admit: async () => order.push('asked') > 0, send });
    await new Promise(setImmediate);
    expect(order).toEqual([]);
    answer();
    await first;
    expect(await refused).toBeUndefined();
    expect(await last).toMatchObject({ lane: { name: 'all' } });
    expect(order).toEqual(['asked', 'asked', 'sent']);
  });

  it('go back where their page is stopped while they are asked', async () => {
    const queue: QueueConfig = { read: () => Promise.resolve({ writtenAt: 0, workers: 1 }), write };
    const governor = createGovernor({
      lane,
      worker: 'w',
      queue,
      budget: createWriteBudget(),
      logger: silent,
    });
    await governor.prepare();
    const admit = async (): Promise<boolean> => {
      governor.stop(call.group);
      return true;
    };
    expect(
      await governor.call({ ...call, admit, send: () => Promise.reject(new Error('sent')) }),
    ).toBeUndefined();
  });

  it('go back when the lane is stopped before they were sent', async () => {
    const governor = createGovernor({
      lane: { ...lane, rps: 4 },
      worker: 'w',
      queue: {
        read: () => Promise.resolve({ writtenAt: Date.now(), workers: 1, rps: 0, reason: held }),
        write,
      },
      budget: createWriteBudget(),
      logger: silent,
    });
    const calls = callsAt(governor, 10);
    expect(await calls.sent()).toBe(8);
    await governor.prepare();
    expect(await calls.ended()).toEqual([undefined, undefined]);
    expect(await calls.sent()).toBe(8);
  });
});

describe('a lane of a known rate', () => {
  const settings = { rps: 4, adaptive: false };
  const running = formatReason({ configured: settings, rate: 4, phase: { kind: 'running' } });

  function governorOf(concurrency: number): Governor {
    const reading = { writtenAt: Date.now(), workers: 1, rps: 4, reason: running };
    return createGovernor({
      lane: { name: 'all', rps: 4, concurrency },
      worker: 'w',
      queue: { read: () => Promise.resolve(reading), write },
      budget: createWriteBudget(),
      logger: pino({ level: 'silent' }),
    });
  }

  it('sends back what is at hand when a call is throttled, and when its worker leaves', async () => {
    const governor = governorOf(4);
    await governor.prepare();
    const calls = callsAt(governor, 6);
    expect(await calls.sent()).toBe(4);
    calls.answer({ kind: 'fault', fault: sampleFault({ code: 'rate-limited' }) });
    expect((await calls.ended()).filter((result) => result === undefined)).toHaveLength(2);
    expect(await calls.sent()).toBe(4);

    governor.drain();
    const late = callsAt(governor, 1);
    expect(await late.ended()).toEqual([undefined]);
    expect(await late.sent()).toBe(0);
  });

  it('sends nothing of a page that is stopped, whichever of its calls has heard of it', async () => {
    const governor = governorOf(4);
    await governor.prepare();
    const calls = callsAt(governor, 6);
    expect(await calls.sent()).toBe(4);
    governor.stop('another page');
    expect(await calls.ended()).toEqual([]);
    governor.stop('page');
    expect(await calls.ended()).toEqual([undefined, undefined]);
    expect(await callsAt(governor, 1).ended()).toEqual([undefined]);
  });

  it('sends no more than a second of calls at once, however many had to wait', async () => {
    const governor = governorOf(12);
    await governor.prepare();
    const calls = callsAt(governor, 12);
    expect(await calls.sent()).toBe(4);
    await vi.waitFor(async () => expect(await calls.sent()).toBe(5));
  });
});

describe('a worker', () => {
  const slotInfo = {} as ActivitySlotInfo;

  it('has no need to poll while calls have all its slots, or it has none', async () => {
    let most = 1;
    const slots = createSlots(() => most, atOnce);
    const permit = await slots.supplier.reserveSlot(context, forever);
    expect(slots.areBusy()).toBe(false);
    slots.supplier.markSlotUsed({ slotInfo, permit });
    expect(slots.areBusy()).toBe(true);
    slots.supplier.releaseSlot({ slotInfo, permit });
    expect(slots.areBusy()).toBe(false);
    slots.supplier.releaseSlot({ permit: await slots.supplier.reserveSlot(context, forever) });
    expect(slots.areBusy()).toBe(false);
    most = 0;
    expect(slots.areBusy()).toBe(true);
  });

  it('takes no call before it has read the rate of its lane', async () => {
    const logger = pino({ level: 'silent' });
    let isAway = true;
    const queue: QueueConfig = {
      read: () =>
        isAway
          ? Promise.reject(Object.assign(new Error('away'), { code: 14 }))
          : Promise.resolve({ writtenAt: 0, workers: 1 }),
      write: () => Promise.resolve(1),
    };
    const lane = { name: 'all', adaptive: true, concurrency: 8 };
    const governor = createGovernor({ lane, worker: 'w', queue, budget: createWriteBudget(), logger });
    const { ask, granted } = asker(governor.slots);
    await governor.prepare();
    void ask();
    expect(await granted()).toBe(0);
    isAway = false;
    await governor.prepare();
    expect(await granted()).toBe(1);
  });
});

describe('a server that takes no rate', () => {
  afterEach(() => vi.useRealTimers());

  it('holds no worker back from holding its lane', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
    const refuse = () => Promise.reject(Object.assign(new Error('not you'), { code: 7 }));
    const governor = createGovernor({
      lane: { name: 'all', rps: 100, adaptive: true, concurrency: 8 },
      worker: 'w',
      queue: { read: refuse, write: refuse },
      budget: createWriteBudget(),
      logger: pino({ level: 'silent' }),
    });
    await governor.prepare();
    const { ask, granted } = asker(governor.slots);
    await ask();
    const fault = sampleFault({ code: 'rate-limited', retryAfterMs: 60_000 });
    const send = () => Promise.resolve({ kind: 'fault', fault } as const);
    await governor.call({ ...call, send });
    await governor.prepare();
    void ask();
    for (let second = 0; second < 58; second += 1) {
      await vi.advanceTimersByTimeAsync(1_000);
      await governor.prepare();
    }
    expect(await granted()).toBe(1);
    await vi.advanceTimersByTimeAsync(5_000);
    await governor.prepare();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await granted()).toBe(2);
  });

  it('is asked again after a while, and then keeps the rate', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
    let isRefused = true;
    const written: number[] = [];
    const queue: QueueConfig = {
      read: () => Promise.resolve({ writtenAt: 0, workers: 1 }),
      write: ({ rps }) => {
        if (isRefused) return Promise.reject(Object.assign(new Error('not you'), { code: 7 }));
        return Promise.resolve(written.push(rps ?? 0));
      },
    };
    const lane = { name: 'all', rps: 4, concurrency: 8 };
    const logger = pino({ level: 'silent' });
    const governor = createGovernor({ lane, worker: 'w', queue, budget: createWriteBudget(), logger });
    await governor.prepare();
    isRefused = false;
    await governor.prepare();
    expect(written).toEqual([]);
    vi.advanceTimersByTime(301_000);
    await governor.prepare();
    expect(written).toHaveLength(1);
  });
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
    const ended = await governor.call({ ...call, send: () => Promise.resolve(answer) });
    expect(ended?.lane).toEqual({ name: 'all', rps: 4 });
    const second = ask();
    expect(await granted()).toBe(1);
    await second;
    expect(await granted()).toBe(2);
  });
});
