import type { Harness, HarnessOptions } from './harness.ts';
import { startHoldingProxy, type HoldingProxy } from './holding-proxy.ts';
import { pauseSignal, runViewQuery } from '../../src/workflows/messages.ts';
import type { RunLocation } from '../../src/storage/keys.ts';
import { untilDone } from './until.ts';

/** A run without credit that is suspended just when there is some again, before its workflow has heard of either. */
export interface UnheardCredit {
  /** How the product is opened for it. */
  readonly options: HarnessOptions;
  /** Brings it about, in a run that was submitted; workers are started for it. */
  bringAbout(harness: Harness, submit: () => Promise<RunLocation>): Promise<RunLocation>;
  close(): Promise<void>;
}

/** Makes what holds the balance back until nobody hears of it. */
export function createUnheardCredit(): UnheardCredit {
  let proxy: HoldingProxy | undefined;
  let isHeld = false;
  return {
    options: {
      emulator: { wallet: '0' },
      keyOf: { account: true },
      lanes: [{ name: 'all', concurrency: 1 }],
      workers: 0,
      async front(emulator) {
        proxy = await startHoldingProxy(emulator, ({ path }) =>
          isHeld && path.endsWith('/account/balance') ? { at: 'answer', name: 'balance' } : undefined,
        );
        return proxy.url;
      },
    },
    async bringAbout(harness, submit) {
      const stopWorker = await harness.startWorker();
      const run = await submit();
      const reasons = async (): Promise<readonly string[]> =>
        ((await harness.handle(run).query(runViewQuery)).paused ?? []).map(({ reason }) => reason);
      await untilDone(async () => {
        if ((await reasons()).join() !== 'credit') throw new Error('not yet');
      }, 60_000);
      isHeld = true;
      harness.emulator.update({ wallet: '10' });
      await untilDone(async () => {
        if (proxy?.held().length !== 1) throw new Error('not yet');
      }, 60_000);
      const stopped = stopWorker();
      isHeld = false;
      proxy?.release();
      await stopped;
      await harness.handle(run).signal(pauseSignal, { reason: 'operator' });
      await harness.startWorker();
      await untilDone(async () => {
        if ((await reasons()).join() !== 'credit,operator') throw new Error('not yet');
      }, 60_000);
      return run;
    },
    close: async () => proxy?.[Symbol.asyncDispose](),
  };
}
