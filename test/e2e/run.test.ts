import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { BillLine, Report } from '../../src/report/report.ts';
import { billTotal } from '../../src/report/report.ts';
import type { ResultLine } from '../../src/report/result-line.ts';
import { createDesk, jobOf, readLines, repository, runIdIn, type Desk } from './product.ts';

const quickstart = join(repository, 'jobs/quickstart.yaml');

let desk: Desk;

beforeAll(async () => {
  desk = await createDesk();
});
afterAll(async () => desk[Symbol.asyncDispose]());

// By the emulator's own journal, which outlives its stack; lists of models are asked for at every start, balances by a run's first and last step.
async function generationCalls(): Promise<number> {
  const journal = await readLines<{ path: string }>(desk.folder, '.pollen-batch/emulator.jsonl');
  return journal.filter(({ path }) => !/\/(?:models|balance)$/.test(path)).length;
}

describe('run, on a machine with nothing configured', { timeout: 240_000 }, () => {
  it('ends at once when Ctrl-C comes while the stack starts, and the next run starts all the same', async () => {
    const command = desk.start(['run', quickstart]);
    await command.untilSaid('Starting a local stack');
    command.interrupt();
    expect(await command.exited).toBe(130);
    expect(command.stderr()).toContain('Interrupted before anything was submitted.');
    expect(command.stdout()).toBe('');
  });

  it('takes a job file to results, a report and an exact bill', async () => {
    const { code, stdout, stderr } = await desk.run('run', quickstart);
    expect(stderr).toContain('12 succeeded');
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).not.toContain('Tried');
    expect(stderr).not.toContain('\u001b');
    expect(stderr).toContain('\nNext, with `pollen-batch dev` in another terminal:\n  pollen-batch bill ');

    const folder = join(desk.folder, 'out', runIdIn(stderr));
    const results = await readLines<ResultLine>(folder, 'results.jsonl');
    expect(results.map(({ number, status }) => [number, status])).toEqual(
      Array.from({ length: 12 }, (_, index) => [index + 1, 'succeeded']),
    );
    const report = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')) as Report;
    expect(report).toMatchObject({
      state: 'completed',
      items: 12,
      certainty: 'exact',
      api: { emulated: true },
    });
    expect(billTotal(await readLines<BillLine>(folder, 'bill.jsonl'))).toBe(report.tally.settled);
    expect(stderr).toContain(`Bill: ${report.tally.settled} Pollen (exact)\nCache: exact: what the API has`);
    const items = await readdir(join(folder, 'items'));
    expect(items).toHaveLength(12);
    expect(items).toContain('0001-waggle.txt');
    expect(items.filter((name) => name.endsWith('.jpg'))).toHaveLength(4);
  });

  it('shows a run that has ended, and calls nothing again', async () => {
    const before = await generationCalls();
    const { code, stdout, stderr } = await desk.run('run', quickstart, '-o', 'json');
    expect(stderr).toContain('This run has ended already');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      runId: runIdIn(stderr),
      state: 'completed',
      tally: { succeeded: 12, failed: 0 },
      folder: `out/${runIdIn(stderr)}`,
    });
    expect(before).toBe(12);
    expect(await generationCalls()).toBe(before);
  });

  it('is interrupted by Ctrl-C with 130, and the same command goes on to the end', async () => {
    const file = await desk.file('long.yaml', jobOf('long', 40));
    const options = { environment: { POLLEN_BATCH_RPS: '5' } };
    const command = desk.start(['run', file, '-o', 'json'], options);
    await command.untilSaid(/^[1-9]\d*\/40 · /m);
    command.interrupt();
    expect(await command.exited).toBe(130);
    expect(command.stderr()).toContain('The same command goes on where it was');
    expect(JSON.parse(command.stdout())).toMatchObject({ state: 'running' });

    const { code, stderr } = await desk.runWith(options, 'run', file);
    expect(stderr).toContain('This run is going on already');
    expect(stderr).toContain('40 succeeded');
    expect(code).toBe(0);
    const results = await readLines<ResultLine>(desk.folder, 'out', runIdIn(stderr), 'results.jsonl');
    expect(new Set(results.map(({ id }) => id)).size).toBe(40);
  });
});
