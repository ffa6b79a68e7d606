import { describe, expect } from 'vitest';

import { bill } from '../../src/commands/bill.ts';
import { reconcile } from '../../src/commands/reconcile.ts';
import { reconciledText } from '../../src/commands/render/reconciled-text.ts';
import { verifyText } from '../../src/commands/render/verify-text.ts';
import { verify } from '../../src/commands/verify.ts';
import { readCorrections } from '../../src/records/corrections.ts';
import { readBegun } from '../../src/records/run-store.ts';
import type { Harness } from '../support/harness.ts';
import { test } from '../support/on-servers.ts';
import { untilDone } from '../support/until.ts';

const noCache = { cacheMode: 'none' } as const;
const budget = { budget: '5' };

const texts = `
version: 1
name: texts
defaults: { text: { max_tokens: 60 } }
items:
  - { id: tale, text: "A tale of bees [[fault:lost:2]]" }
  - { id: other, text: "Another, longer tale of bees and flowers [[fault:cut-length:1]]" }
  - { id: away, text: "Never sent [[fault:reset:1]]" }
  - { id: plain, image: "A lamp", params: { model: turbo, width: 64, height: 64 } }
`;

const picture = `
version: 1
name: picture
defaults: { image: { model: turbo, width: 64, height: 64 } }
items: [{ id: gone, image: "Gone [[fault:lost:1]]" }]
`;

const waiting = `
version: 1
name: waiting
defaults: { image: { model: turbo, width: 64, height: 64 } }
items: [{ id: lamp, image: "A lamp" }, { id: waits, text: "Waits [[fault:429]]" }]
`;

async function callOfAnother({ emulator, key }: Harness, prompt = 'other'): Promise<void> {
  const url = `${emulator.url}/image/${prompt}?model=turbo&width=64&height=64`;
  const answer = await fetch(url, { headers: { authorization: `Bearer ${key}` } });
  expect(answer.status).toBe(200);
  await answer.arrayBuffer();
}

/** Runs what waits for good, and does something while it goes on. */
async function meanwhile(harness: Harness, work: () => Promise<void> | void): Promise<string> {
  const { submit, files, handle, finish } = harness;
  const { run } = await submit(waiting);
  await untilDone(async () => expect(await files(run).records()).toHaveLength(1));
  await work();
  await handle(run).cancel();
  await finish(run);
  return run.runId;
}

describe.concurrent('a key with a budget of its own, and no permission to read the account', () => {
  test('tells by its balance what lost calls were billed, to the last 1e-8', async ({ open }) => {
    const { submit, finish, session, emulator, files } = await open({ emulator: noCache, keyOf: budget });
    const { run } = await submit(texts);
    await finish(run);
    const before = await bill(session, run.runId);
    expect(before.cost.unknown.count).toBeGreaterThanOrEqual(4);
    expect((await readBegun(session.store, run))?.balance).toMatchObject({ pollen: '5' });
    expect((await files(run).marker())?.balance?.pollen).toMatch(/^4\.99\d*$/);

    const found = await reconcile(session, run.runId);
    expect(found).toMatchObject({
      settled: before.cost.unknown.count,
      byBalance: before.cost.unknown.count,
      open: {},
      after: { settled: emulator.meter().charged, unknown: { count: 0 } },
      assumes: 'sole-use',
    });
    expect(found.grouped).toBeGreaterThan(0);
    expect(reconciledText(found)).toContain('settled by how far the balance has moved.');
    expect(await readCorrections(session.store, run)).toMatchObject([
      { source: 'balance', assumes: 'sole-use' },
    ]);
    // What is settled is within the bounds of the records, and so the independent reader says.
    const verified = await verify(session, run.runId, { meter: true });
    expect(verified).toMatchObject({
      findings: [],
      cost: { settled: emulator.meter().charged },
      balance: { atEnd: emulator.meter().charged, now: emulator.meter().charged, drift: '0' },
    });
    expect(verified).not.toHaveProperty('meter');
  });

  test('tells by its balance at the end that all of one price was billed, whatever it was used for later', async ({
    open,
  }) => {
    const harness = await open({ emulator: noCache, keyOf: budget });
    const { submit, finish, session, emulator } = harness;
    const { run } = await submit(picture);
    await finish(run);
    const { charged } = emulator.meter();
    await callOfAnother(harness);
    expect(await reconcile(session, run.runId)).toMatchObject({
      settled: 1,
      byBalance: 1,
      after: { settled: charged, unknown: { count: 0 } },
    });
    // Later use is none of the run's, and no drift.
    const verified = await verify(session, run.runId, { meter: true });
    expect(verified).toMatchObject({ findings: [], balance: { atEnd: charged, drift: '0' } });
  });

  test('leaves in doubt what may be a late charge or later use', async ({ open }) => {
    const harness = await open({ emulator: noCache, keyOf: budget });
    const { submit, finish, session, files } = harness;
    const { run } = await submit(texts);
    await finish(run);
    const before = await bill(session, run.runId);
    await callOfAnother(harness);
    const found = await reconcile(session, run.runId);
    expect(found).toMatchObject({ settled: 0, open: { 'balance-doubt': before.cost.unknown.count } });
    expect(reconciledText(found)).toContain('left unknown: the balance has gone on moving after the run');
    expect((await files(run).keys()).join()).not.toContain('corrections');
  });

  test('says whose charge was made while the run went on, and settles nothing by it', async ({ open }) => {
    const harness = await open({ emulator: noCache, keyOf: budget });
    const { session, emulator } = harness;
    const runId = await meanwhile(harness, () => callOfAnother(harness));
    const { charged } = emulator.meter();
    const verified = await verify(session, runId, { meter: true });
    const { cost } = await bill(session, runId);
    expect(verified.balance).toMatchObject({ atEnd: charged, billed: cost.settled });
    expect(verified.findings).toMatchObject([{ code: 'meter-drift', object: 'balance' }]);
    expect(verifyText(verified)).toContain(`found     ${charged} Pollen charged, `);
  });
});

describe.concurrent('a key that may read the account', () => {
  test('has each drift named, by billed calls and by balance', async ({ open }) => {
    const harness = await open({ keyOf: { account: true }, emulator: { wallet: '7' } });
    const { session, emulator } = harness;
    const both = await meanwhile(harness, () => callOfAnother(harness));
    const verified = await verify(session, both, { meter: true });
    expect(verified.findings.map(({ object }) => object)).toEqual(['image model turbo', 'balance']);
    expect(verified.balance?.drift).toBe(verified.meter?.find(({ model }) => model === 'turbo')?.drift);

    const topped = await open({ keyOf: { account: true }, emulator: { wallet: '7' } });
    const runId = await meanwhile(topped, () => topped.emulator.update({ wallet: '9' }));
    const { findings, balance } = await verify(topped.session, runId, { meter: true });
    expect(findings).toMatchObject([{ code: 'meter-drift', object: 'balance' }]);
    expect(balance?.drift).toMatch(/^-2/);
    expect(emulator.meter().charged).not.toBe('0');
  });
});

describe.concurrent('a key that may read nothing', () => {
  test('keeps no balance with its run, and says what would help', async ({ open }) => {
    const { submit, finish, session, emulator, files } = await open({ emulator: noCache });
    const { run } = await submit(picture);
    await finish(run);
    expect(await readBegun(session.store, run)).not.toHaveProperty('balance');
    expect(await files(run).marker()).not.toHaveProperty('balance');
    // One look at the start, none at the end.
    const looks = emulator.journal().filter(({ path }) => path.endsWith('/account/balance'));
    expect(looks).toHaveLength(1);
    for (const asked of [
      () => reconcile(session, run.runId),
      () => verify(session, run.runId, { meter: true }),
    ]) {
      await expect(asked()).rejects.toMatchObject({
        code: 'config-invalid',
        message: `the key may not read what the account was billed, and run ${run.runId} has kept no balance from before its calls`,
        remedy: expect.stringContaining('a key with a budget of its own'),
      });
    }
  });
});
