import { expect } from 'vitest';

import { resume, suspend } from '../../src/commands/runs/steer.ts';
import type { CacheMode } from '../../src/pollen/settle.ts';
import type { RunLocation } from '../../src/storage/keys.ts';
import { pageWorkflowId, runWorkflowId } from '../../src/workflows/ids.ts';
import { runViewQuery } from '../../src/workflows/messages.ts';
import type { Hold, PassingRequest } from './holding-proxy.ts';
import type { ModeWorld } from './mode-world.ts';
import { untilDone } from './until.ts';

/** Calls of each run that are under way when their worker dies: two texts, a picture, the first step of a chain. */
export const lostCalls = 4;

/** Their state, by its number in Temporal's API: no attempt is under way. */
const SCHEDULED = 1;

/** Runs whose worker is killed after it has sent their calls, and that are taken back before there is another one for them. */
export interface LostRuns {
  readonly holdAtApi: (request: PassingRequest) => Hold | undefined;
  /**
   * Stops one run, and suspends another; both while their calls wait for their second attempt. Resolves when the one has ended
   * as stopped, and the other has gone on to its end.
   */
  run(world: ModeWorld): Promise<{ readonly stopped: RunLocation; readonly resumed: RunLocation }>;
}

/** The runs of one world: all share a bucket. */
export function createLostRuns(mode: CacheMode): LostRuns {
  let isHeld = true;
  return {
    holdAtApi: ({ path, body }) =>
      isHeld && /lost-[a-z-]+-(?:stop|pause)/.test(path + body) ? { at: 'answer', name: 'lost' } : undefined,
    async run(world) {
      const { temporal } = world.session;
      const stopped = await world.submit(lostJob(`lost-${mode}-stop`));
      const resumed = await world.submit(lostJob(`lost-${mode}-pause`));
      const worker = await world.startWorker();
      await untilDone(async () => expect(world.api.held()).toHaveLength(2 * lostCalls), 180_000);
      await worker.stop({ fast: true });
      isHeld = false;
      // It steers the runs, and makes none of their calls.
      const steering = await world.startWorker({ POLLEN_BATCH_LANES: '{"elsewhere": {}}' });
      for (const run of [stopped, resumed]) await untilWaiting(world, run);

      await temporal.client.workflow.getHandle(runWorkflowId(stopped.runId)).cancel();
      await suspend(temporal, resumed.runId, undefined);
      await world.ended(stopped);
      await untilDone(async () => {
        const { raw } = await pageOf(world, resumed).describe();
        expect(raw.pendingActivities).toEqual([]);
        const handle = temporal.client.workflow.getHandle(runWorkflowId(resumed.runId));
        expect(await handle.query(runViewQuery)).toMatchObject({ state: 'paused' });
      });
      const other = await world.startWorker();
      await resume(temporal, resumed.runId);
      await world.ended(resumed);
      await Promise.all([steering, other].map((left) => left.stop({ fast: true })));
      return { stopped, resumed };
    },
  };
}

function pageOf({ session }: ModeWorld, { runId }: RunLocation) {
  return session.temporal.client.workflow.getHandle(pageWorkflowId(runId, 0));
}

// Temporal takes 20 s to miss the heartbeats.
async function untilWaiting(world: ModeWorld, run: RunLocation): Promise<void> {
  await untilDone(async () => {
    const { raw } = await pageOf(world, run).describe();
    const calls = raw.pendingActivities?.map(({ state, attempt }) => ({ state, attempt }));
    expect(calls).toEqual(Array.from({ length: lostCalls }, () => ({ state: SCHEDULED, attempt: 2 })));
  }, 120_000);
}

function lostJob(name: string): string {
  return JSON.stringify({
    version: 1,
    name,
    defaults: {
      text: { model: 'openai', max_tokens: 100 },
      image: { model: 'flux', width: 64, height: 48 },
    },
    items: [
      { id: 'first', text: `A bee of ${name}` },
      { id: 'second', text: `Another bee of ${name}` },
      { id: 'picture', image: `A meadow of ${name}` },
      {
        id: 'chain',
        steps: [
          { id: 'line', text: `A line about ${name}` },
          { id: 'more', text: 'More about {{ steps.line.text }}' },
        ],
      },
    ],
  });
}
