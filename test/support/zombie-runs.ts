import { expect } from 'vitest';

import type { CacheMode } from '../../src/pollen/settle.ts';
import type { RunLocation } from '../../src/storage/keys.ts';
import { runKeys } from '../../src/storage/keys.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';
import type { Hold, PassingRequest } from './holding-proxy.ts';
import type { ModeWorld } from './mode-world.ts';
import { samplePrompt } from './sample-job.ts';
import { untilDone } from './until.ts';

/** Items of the run that has ended when the zombie comes back. */
export const endedItems = { texts: 2, images: 2 };
/** Items of the run that goes on; another worker has made all but the first by then. */
export const liveItems = { texts: 4, images: 3 };

/** A worker that sleeps for longer than calls may be silent, and wakes with answers that nobody waits for any more. */
export interface ZombieRuns {
  readonly holdAtApi: (request: PassingRequest) => Hold | undefined;
  run(
    world: ModeWorld,
    store: ObjectStore,
  ): Promise<{ readonly ended: RunLocation; readonly live: RunLocation }>;
}

/**
 * The runs of one zombie.
 *
 * @param mode - how the API that it calls caches; a part of the names of its jobs
 */
export function createZombieRuns(mode: CacheMode): ZombieRuns {
  const last = `${samplePrompt} 0 of zombie-${mode}-live`;
  let state: 'falling asleep' | 'asleep' = 'falling asleep';

  async function count(store: ObjectStore, prefix: string, end: string): Promise<number> {
    let found = 0;
    for await (const { key } of store.list(prefix)) if (key.endsWith(end)) found += 1;
    return found;
  }

  return {
    holdAtApi({ path, body }) {
      if (!(path + body).includes(`zombie-${mode}-`)) return undefined;
      if (state === 'falling asleep') return { at: 'answer', name: 'zombie' };
      return body.includes(last) ? { at: 'request', name: 'last' } : undefined;
    },
    async run(world, store) {
      const ended = await world.submit({ name: `zombie-${mode}-ended`, ...endedItems });
      const live = await world.submit({ name: `zombie-${mode}-live`, ...liveItems });
      const zombie = await world.startWorker();
      const all = [endedItems, liveItems].reduce((sum, { texts, images }) => sum + texts + images, 0);
      await untilDone(async () => expect(world.api.held()).toHaveLength(all), 180_000);
      process.kill(zombie.pid, 'SIGSTOP');
      state = 'asleep';
      world.api.release();

      const other = await world.startWorker();
      await world.ended(ended);
      const keys = runKeys(live);
      const made = liveItems.texts + liveItems.images - 1;
      await untilDone(
        async () => expect(await count(store, keys.itemPrefix(0), '.record.json')).toBe(made),
        60_000,
      );
      process.kill(zombie.pid, 'SIGCONT');
      await untilDone(
        async () => expect(await count(store, keys.latePrefix, '.attempt.json')).toBe(made),
        60_000,
      );
      const lateOfEnded = runKeys(ended).latePrefix;
      await untilDone(async () =>
        expect(await count(store, lateOfEnded, '.attempt.json')).toBe(endedItems.texts + endedItems.images),
      );
      // The zombie was first with this one.
      await untilDone(async () =>
        expect(await count(store, keys.itemPrefix(0), '.record.json')).toBe(made + 1),
      );
      world.api.release();
      await world.ended(live);
      await Promise.all([zombie, other].map((worker) => worker.stop({ fast: true })));
      return { ended, live };
    },
  };
}
