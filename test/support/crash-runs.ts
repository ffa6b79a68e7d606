import { expect } from 'vitest';

import type { CacheMode } from '../../src/pollen/settle.ts';
import type { RunLocation } from '../../src/storage/keys.ts';
import type { Hold, HoldingProxy, PassingRequest } from './holding-proxy.ts';
import type { ModeWorld } from './mode-world.ts';
import { untilDone } from './until.ts';

/** Where a worker may die, in the order in which a call passes them. */
export const crashPoints = [
  'before-send',
  'after-send',
  'after-answer',
  'after-artifact',
  'after-record',
] as const;

export type CrashPoint = (typeof crashPoints)[number];

/** Calls that stand at each point when their worker dies. */
export const crashItems = 8;

const jobName = /crash-(exact|paid-hit|none)-([a-z-]+)/;

/** Kills workers at chosen points of their calls: proxies before API and store hold the calls there. */
export interface Crashes {
  readonly holdAtApi: (request: PassingRequest) => Hold | undefined;
  readonly holdAtStore: (request: PassingRequest) => Hold | undefined;
  /**
   * Starts a job for each point, kills the worker when all their calls stand there, and waits until another worker has
   * ended their runs.
   */
  run(mode: CacheMode, world: ModeWorld, store: HoldingProxy): Promise<ReadonlyMap<CrashPoint, RunLocation>>;
}

/** Crashes of one worker for each mode. */
export function createCrashes(): Crashes {
  const crashed = new Set<string>();

  function placeOf(text: string): { readonly name: string; readonly point: string } | undefined {
    const [name = '', mode = '', point = ''] = jobName.exec(text) ?? [];
    return name === '' || crashed.has(mode) ? undefined : { name, point };
  }

  return {
    holdAtApi({ path, body }) {
      const { name = '', point } = placeOf(path + body) ?? {};
      if (point === 'before-send') return { at: 'request', name };
      return point === 'after-send' ? { at: 'answer', name } : undefined;
    },
    holdAtStore({ method, path }) {
      const { name = '', point } = placeOf(path) ?? {};
      if (method !== 'PUT' || !path.includes('/items/')) return undefined;
      const isRecord = path.includes('.record.json');
      if (point === 'after-answer') return { at: 'request', name };
      if (point === 'after-artifact' && isRecord) return { at: 'request', name };
      return point === 'after-record' && isRecord ? { at: 'answer', name } : undefined;
    },
    async run(mode, world, store) {
      // Before the worker comes: the store's client does not wait for ever.
      const runs = new Map<CrashPoint, RunLocation>();
      for (const point of crashPoints) {
        // A text has no artifact.
        const texts = point === 'after-artifact' ? 0 : crashItems / 2;
        const job = { name: `crash-${mode}-${point}`, texts, images: crashItems - texts };
        runs.set(point, await world.submit(job));
      }
      const worker = await world.startWorker();
      const held = (): readonly string[] =>
        [...world.api.held(), ...store.held()].filter((name) => name.startsWith(`crash-${mode}-`));
      await untilDone(async () => expect(held()).toHaveLength(crashPoints.length * crashItems), 180_000);
      await worker.stop({ fast: true });
      crashed.add(mode);
      const other = await world.startWorker();
      for (const run of runs.values()) await world.ended(run);
      await other.stop();
      return runs;
    },
  };
}
