import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect } from 'vitest';

import type { Serve } from '../hostile-answers/hostile-answer.ts';
import { verifyRun } from '../../src/verify/verify-run.ts';
import { respond } from '../hostile-answers/parts.ts';
import { callsOf } from '../support/calls.ts';
import type { Harness } from '../support/harness.ts';
import { test } from '../support/on-servers.ts';
import { type Door, startDoor } from '../support/shut-door.ts';
import { untilDone } from '../support/until.ts';

/** Seconds; a shorter one may be set where there is no time for a minute. */
const stormSeconds = Number(process.env['POLLEN_BATCH_TEST_STORM'] ?? 60);
const outageSeconds = stormSeconds / 2;

/** Calls a second of a lane in good times, and how many at once. */
const lane = { name: 'all', rps: 10, concurrency: 12 } as const;
/** Of a run whose API is slow for half a minute: more than it makes meanwhile. */
const many = 70;
/** Of one that makes nothing meanwhile. */
const few = 40;
/** Calls that may be under way when the door shuts, and those that are let go before a worker knows. */
const surprised = lane.concurrency + lane.rps * 2;

const slowDown = (...headers: string[]): Serve =>
  respond('429 Too Many Requests', ['content-type: application/json', ...headers], '{"error":"slow down"}');
const unavailable = respond('503 Service Unavailable', ['content-type: text/html'], '<html>503</html>');

interface World {
  readonly harness: Harness;
  readonly door: Door;
}

/** The product with a door before its API. */
async function openWorld(open: (options: object) => Promise<Harness>): Promise<World> {
  const doors: Door[] = [];
  const harness = await open({
    lanes: [lane],
    workers: 2,
    checked: true,
    emulator: { latency: { kind: 'fixed', ms: 200 } },
    front: async (emulator: string) => {
      const door = await startDoor(emulator);
      doors.push(door);
      return door.url;
    },
  });
  const [door] = doors;
  if (door === undefined) throw new Error('there is no door');
  return { harness, door };
}

function job(name: string, items: number): string {
  const prompts = Array.from({ length: items }, (_, index) => `    - ${name} ${index}`);
  return `version: 1\nname: ${name}\nitems:\n  - prompts:\n${prompts.join('\n')}\n`;
}

/** Runs a job, has something happen in the middle of it, and expects all of it to be done after. */
async function comesThrough(
  { harness, door }: World,
  name: string,
  items: number,
  trouble: () => Promise<void>,
): Promise<void> {
  const { submit, finish, emulator, session } = harness;
  const { run } = await submit(job(name, items));
  await untilDone(async () => expect(callsOf(emulator).length).toBeGreaterThan(4), 60_000);
  await trouble();
  expect(items - emulator.meter().generations, 'items left').toBeGreaterThan(0);
  expect(await finish(run)).toMatchObject({
    state: 'completed',
    tally: { succeeded: items, failed: 0, unknown: { count: 0 } },
  });
  // Nobody is asked twice for what there is.
  expect(emulator.meter().generations).toBe(items);
  expect((await verifyRun(session.store, run)).findings).toEqual([]);
  await door[Symbol.asyncDispose]();
}

const timeout = stormSeconds * 1_000 + 240_000;

// Alone: how soon workers notice is measured here, and five times as many of them in one process notice later.
test(
  'half a minute at a tenth of the rate fails no item, and hardly more is sent than that',
  { timeout },
  async ({ open }) => {
    const world = await openWorld(open);
    const { emulator } = world.harness;
    const rps = 1;
    await comesThrough(world, 'slow', many, async () => {
      emulator.update({ limits: { key: { rps, burst: 3, retryAfter: false } } });
      const before = callsOf(emulator).length;
      await pause(outageSeconds * 1_000);
      const sent = callsOf(emulator).slice(before);
      emulator.update({ limits: {} });
      expect(sent.length).toBeLessThanOrEqual(rps * outageSeconds * 1.1 + surprised);
      // Nor does it stand idle.
      expect(sent.filter(({ status }) => status === 200).length).toBeGreaterThan(rps * outageSeconds * 0.4);
    });
  },
);

describe.concurrent('in the middle of a run', () => {
  test.for([
    ['mute', 'without a word of how long', slowDown()],
    ['asking', 'with Retry-After: 5', slowDown('retry-after: 5')],
  ] as const)(
    'a minute of nothing but 429 (%s: %s) fails no item, and is knocked at less than twice a second',
    { timeout },
    async ([name, , serve], { open }) => {
      const world = await openWorld(open);
      await comesThrough(world, `storm-${name}`, few, async () => {
        await world.door.shut(serve);
        await pause(stormSeconds * 1_000);
        const knocks = world.door.knocks().length;
        await world.door.open();
        expect(knocks).toBeGreaterThan(5);
        expect(knocks).toBeLessThan(surprised + 2 * stormSeconds);
      });
    },
  );

  test.for([
    ['refused', 'refuse'],
    ['unavailable', unavailable],
  ] as const)(
    'half a minute in which every call is %s fails no item',
    { timeout },
    async ([name, how], { open }) => {
      const world = await openWorld(open);
      await comesThrough(world, `outage-${name}`, few, async () => {
        await world.door.shut(how);
        await pause(outageSeconds * 1_000);
        const knocks = world.door.knocks().length;
        await world.door.open();
        // Connections that are refused nobody can count.
        expect(knocks).toBeLessThan(surprised + outageSeconds);
      });
    },
  );
});
