import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { createDevDesk, type Desk } from './product.ts';

let desk: Desk;

const nightly = (cron: string): string =>
  `version: 1\nname: nightly\nitems: [{ id: haiku, text: "A haiku for {{ run.date }}" }]\nschedule: { cron: "${cron}", timezone: Europe/Berlin }\n`;

beforeAll(async () => {
  ({ desk } = await createDevDesk({ POLLEN_BATCH_RPS: 'none' }));
}, 120_000);
afterAll(async () => desk?.[Symbol.asyncDispose]());

async function schedule(...parameters: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await desk.run('schedule', ...parameters, '-o', 'json');
  if (code !== 0) throw new Error(`${parameters.join(' ')} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout);
}

// In the order of a schedule's life.
describe('the schedule commands', { timeout: 120_000 }, () => {
  it('tell an empty list what to do', async () => {
    const { code, stdout } = await desk.run('schedule', 'list');
    expect([code, stdout]).toEqual([
      0,
      'No schedules yet. Make one with `pollen-batch schedule apply FILE`.\n',
    ]);
  });

  it('refuse a job without a schedule, and name every problem of a wrong one', async () => {
    const plain = await desk.file('plain.yaml', 'version: 1\nitems: [{ text: a }]\n');
    const without = await desk.run('schedule', 'apply', plain);
    expect([without.code, without.stdout]).toEqual([2, '']);
    expect(without.stderr).toContain('usage: the job plain has no schedule\nSay when it runs');

    await desk.file('wrong.yaml', nightly('0 26 * * *'));
    const wrong = await desk.run('schedule', 'apply', 'wrong.yaml');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('wrong.yaml:4:19: value-invalid');
  });

  it('create a schedule, say when it runs next on its own clocks, and change it', async () => {
    const file = await desk.file('nightly.yaml', nightly('0 6 * * *'));
    const created = await desk.run('schedule', 'apply', file);
    expect(created.code).toBe(0);
    expect(created.stdout).toMatch(/^nightly: created\n {2}cron: 0 6 \* \* \*\n/);
    expect(created.stdout).toMatch(/^Next: \d{4}-\d\d-\d\dT06:00:00\+0[12]:00, /m);

    await desk.file('nightly.yaml', nightly('30 6 * * *'));
    const changed = await desk.run('schedule', 'apply', file);
    expect(changed.stdout).toContain('nightly: updated\n  cron: 0 6 * * * -> 30 6 * * *\n');
    const again = await desk.run('schedule', 'apply', file);
    expect(again.stdout).toMatch(/^nightly: unchanged\n/);
    const { stdout } = await desk.run('schedule', 'next', 'nightly', '--count', '400');
    const times = stdout.trim().split('\n');
    expect(times).toHaveLength(400);
    // Over a year, and both changes of the clocks, it stays half past six.
    expect(times.every((time) => /T06:30:00\+0[12]:00$/.test(time))).toBe(true);
  });

  it('start a run now, and show it by its own id', async () => {
    const { kind, runId } = (await schedule('trigger', 'nightly')) as { kind: string; runId: string };
    expect(kind).toBe('started');
    expect(runId).toMatch(/^nightly-[0-9a-f]{10}-\d{8}T\d{6}Z$/);
    expect((await desk.run('watch', runId)).code).toBe(0);
    expect((await desk.run('get', runId)).stdout).toContain('completed. 1 succeeded');
    expect(await schedule('get', 'nightly')).toMatchObject({
      state: 'active',
      started: 1,
      skipped: 0,
      missed: 0,
      runs: [{ runId, state: 'completed' }],
    });
    expect((await desk.run('list')).stdout).toContain(runId);
  });

  it('pause with a reason and resume', async () => {
    await schedule('pause', 'nightly', '--reason', 'the key is being changed');
    expect((await desk.run('schedule', 'get', 'nightly')).stdout).toContain(
      'nightly: paused (the key is being changed), 1 item',
    );
    expect(await schedule('list')).toMatchObject([{ schedule: 'nightly', state: 'paused' }]);
    await schedule('resume', 'nightly');
    expect(await schedule('list')).toMatchObject([{ schedule: 'nightly', state: 'active' }]);
  });

  it('backfill a span once, and refuse what is none', async () => {
    const span = ['--from', '2026-10-24', '--to', '2026-10-26'];
    const first = (await schedule('backfill', 'nightly', ...span)) as { runs: readonly string[] };
    expect(first.runs.map((runId) => runId.slice(-16))).toEqual([
      '20261024T043000Z',
      '20261025T053000Z',
      '20261026T053000Z',
    ]);
    await vi.waitFor(
      async () => {
        const { code } = await desk.run('watch', first.runs.at(-1) ?? '');
        expect(code).toBe(0);
      },
      { timeout: 60_000, interval: 500 },
    );
    expect((await desk.run('schedule', 'backfill', 'nightly', ...span)).stdout).toBe(
      'nightly: nothing to do. 3 times of the span had a run already.\n',
    );
    for (const [from, to, message] of [
      ['2026-10-26', '2026-10-24', '--from 2026-10-26 is after --to 2026-10-24'],
      ['yesterday', '2026-10-24', '--from yesterday is no day and no moment'],
      ['1990-01-01', '2026-10-24', 'there are 1000 times or more'],
    ] as const) {
      const wrong = await desk.run('schedule', 'backfill', 'nightly', '--from', from, '--to', to);
      expect(wrong.code).toBe(2);
      expect(wrong.stderr).toContain(message);
    }
  });

  it('delete a schedule and leave its runs', async () => {
    const { stdout } = await desk.run('schedule', 'delete', 'nightly');
    expect(stdout).toBe('nightly: deleted. Its runs stay.\n');
    const gone = await desk.run('schedule', 'get', 'nightly');
    expect([gone.code, gone.stdout]).toEqual([2, '']);
    expect(gone.stderr).toContain('not-found: there is no schedule nightly');
    const list = JSON.parse((await desk.run('list', '-o', 'json')).stdout) as readonly unknown[];
    expect(list).toHaveLength(4);
  });
});
