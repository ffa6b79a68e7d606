import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { applySchedule } from '../../src/commands/schedule/apply-schedule.ts';
import { pauseSchedule } from '../../src/commands/schedule/change-schedule.ts';
import { getSchedule } from '../../src/commands/schedule/describe-schedule.ts';
import { listFailures } from '../../src/commands/schedule/list-failures.ts';
import { startEmulator, type Emulator } from '../../src/emulator/index.ts';
import { readOf } from '../support/job.ts';
import { startProcessStack, type ProcessStack } from '../support/process-stack.ts';

const key = 'sk_missed00000000000000000000000000';
const patient = { timeout: 120_000, interval: 500 };

let emulator: Emulator;
let stack: ProcessStack;

beforeAll(async () => {
  emulator = await startEmulator({ keys: [{ name: 'missed', key }] });
  stack = await startProcessStack({ api: emulator.url, key, unfinished: 'its runs have no worker' });
});

afterAll(async () => {
  await stack?.stop();
  await emulator?.close();
});

describe('a schedule', { timeout: 400_000 }, () => {
  it('tells the times that an outage longer than its catchupWindow has taken, and how to make up for them', async () => {
    const { session } = stack;
    await stack.startWorker();
    const yaml =
      'version: 1\nname: often\nitems: [{ text: a }]\nschedule: { every: 8s, catchupWindow: 10s }\n';
    await applySchedule(session, readOf(yaml), { allowUnpriced: false, dryRun: false });
    await vi.waitFor(async () => {
      const { runs } = await getSchedule(session, 'often');
      // None goes on, so what passes now is no time that was skipped.
      expect(runs.map(({ state }) => state)).toEqual(runs.map(() => 'completed'));
      expect(runs.length).toBeGreaterThan(0);
    }, patient);
    const from = Date.now();
    await stack.temporal.killAndRestart(async () => {
      await vi.waitUntil(() => Date.now() > from + 30_000, { timeout: 60_000, interval: 500 });
    });
    const to = Date.now();

    // A time is told to have no run a minute later: of the times that were missed, as if that were over.
    const now = new Date(to - 10_000 + 60_000);
    const details = await vi.waitFor(async () => {
      const found = await getSchedule(session, 'often', 50, now);
      expect(found.missed).toBeGreaterThanOrEqual(2);
      expect(found.runless?.filter(({ why }) => why === 'unstarted').length).toBeGreaterThanOrEqual(2);
      return found;
    }, patient);
    await pauseSchedule(session.temporal.client, 'often');
    const missed = (details.runless ?? []).filter(({ why }) => why === 'unstarted').map(({ time }) => time);
    for (const time of missed) {
      expect(Date.parse(time)).toBeGreaterThan(from - 8_000);
      expect(Date.parse(time)).toBeLessThan(to);
    }
    const failures = await listFailures(session, 'often', new Date(from - 60_000), now);
    const time = missed.at(-1) ?? '';
    expect(failures.filter(({ state }) => state === 'missed')).toContainEqual({
      schedule: 'often',
      plannedFor: time,
      timezone: 'UTC',
      state: 'missed',
      reason: expect.stringContaining('catchupWindow'),
      remedy: `pollen-batch schedule backfill often --from ${time} --to ${time}`,
    });
  });
});
