import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import type { Check } from '../../src/doctor/check.ts';
import { createDesk, createDevDesk, type Command, type Desk } from './product.ts';

let desk: Desk;
let dev: Command;

beforeAll(async () => {
  ({ desk, dev } = await createDevDesk());
});
afterAll(async () => {
  dev?.interrupt();
  await dev?.exited;
  await desk?.[Symbol.asyncDispose]();
});

const failedIn = (output: string): readonly string[] =>
  (JSON.parse(output) as readonly Check[]).filter(({ state }) => state === 'failed').map(({ name }) => name);

describe('doctor, on the local stack', { timeout: 180_000 }, () => {
  it('finds nothing wrong once its worker works', async () => {
    await vi.waitFor(
      async () => {
        const { code, stdout } = await desk.run('doctor', '-o', 'json');
        expect(failedIn(stdout)).toEqual([]);
        expect(code).toBe(0);
      },
      { timeout: 120_000, interval: 500 },
    );
    const { code, stdout, stderr } = await desk.run('doctor');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('the local stack that runs is used');
    expect(stdout).toMatch(/ok +workflows, workers +1 on queue pollen-batch\n/);
    expect(stdout).toMatch(
      /ok +lane all, rate +1\.98\/s in force, by the queue \(nothing to do; up to 3\.96\/s /,
    );
    expect(stdout).toMatch(/ok +workers that leave +take no call along/);
    expect(stdout).toContain('Everything that could be checked is right.');
  });

  it('names a wrong setting with exit code 2, and looks at the rest all the same', async () => {
    const environment = { POLLINATIONS_API_KEY_FILE: '/none', POLLEN_BATCH_RPS: 'fast' };
    const { code, stdout } = await desk.runWith({ environment }, 'doctor', '-o', 'json');
    expect(code).toBe(2);
    expect(failedIn(stdout)).toEqual(['POLLEN_BATCH_RPS', 'POLLINATIONS_API_KEY_FILE']);
  });

  it('says with exit code 1 that a lane of other settings has no worker', async () => {
    const environment = { POLLEN_BATCH_LANES: '{"all":{},"slow":{"models":["kontext"]}}' };
    const { code, stdout } = await desk.runWith({ environment }, 'doctor', '-o', 'json');
    expect([code, failedIn(stdout)]).toEqual([1, ['lane slow, workers']]);
  });

  it('lists the models of its emulator', async () => {
    const { code, stdout, stderr } = await desk.run('models', '--kind', 'image');
    expect(code).toBe(0);
    expect(stderr).toContain('It is the emulator');
    expect(stdout).toMatch(/^flux +image +0\.002 an image +all: 4\/s, 64 at once$/m);
  });
});

describe('doctor, with nothing configured', () => {
  it('says what starts a local stack, and that this machine can carry it', async () => {
    await using bare = await createDesk();
    const { code, stdout } = await bare.run('doctor');
    expect(code).toBe(0);
    expect(stdout).toContain('none configured and no local stack runs: `pollen-batch run FILE` starts one');
    expect(stdout).toMatch(/ok +Temporal CLI +\S/);
    expect(stdout).toMatch(/ok +data folder +[\d.]+ GB free in /);
  });
});
