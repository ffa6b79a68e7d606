import { describe, expect } from 'vitest';

import { reconcile } from '../../src/commands/bill/reconcile.ts';
import { reconciledText } from '../../src/commands/render/reconciled-text.ts';
import { verifyText } from '../../src/commands/render/verify-text.ts';
import { verify } from '../../src/commands/bill/verify.ts';
import { readCorrections } from '../../src/records/corrections.ts';
import { readBegun } from '../../src/records/run-store.ts';
import { runKeys, type RunLocation } from '../../src/storage/keys.ts';
import { startServer } from '../pollinations/server.ts';
import { billOf } from '../support/bill-of.ts';
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
async function meanwhile(harness: Harness, work: () => Promise<void> | void): Promise<RunLocation> {
  const { submit, files, handle, finish } = harness;
  const { run } = await submit(waiting);
  await untilDone(async () => expect(await files(run).records()).toHaveLength(1));
  await work();
  await handle(run).cancel();
  await finish(run);
  return run;
}

/** Changes an object of a run that is written once. */
async function edit(
  { session: { store } }: Harness,
  key: string,
  change: (content: Record<string, unknown>) => Record<string, unknown>,
): Promise<void> {
  const object = await store.get(key);
  const content = JSON.parse(Buffer.from(object?.body ?? []).toString('utf8')) as Record<string, unknown>;
  await store.put(key, JSON.stringify(change(content)), { contentType: 'application/json' });
}

const withoutEnd = (harness: Harness, run: RunLocation): Promise<void> =>
  edit(harness, runKeys(run).success, ({ balance: _balance, ...marker }) => marker);

describe.concurrent('a key with a budget of its own, and no permission to read the account', () => {
  test('tells by its balance what lost calls were billed, to the last 1e-8', async ({ open }) => {
    const { submit, finish, session, emulator, files } = await open({ emulator: noCache, keyOf: budget });
    const { run } = await submit(texts);
    await finish(run);
    const before = await billOf(session, run);
    expect(before.cost.unknown.count).toBeGreaterThanOrEqual(4);
    expect((await readBegun(session.store, run))?.balance).toMatchObject({ pollen: '5' });
    expect((await files(run).marker())?.balance?.pollen).toMatch(/^4\.99\d*$/);

    const found = await reconcile(session, run.runId);
    expect(found).toMatchObject({
      settled: before.cost.unknown.count,
      source: 'balance',
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
      source: 'balance',
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
    const before = await billOf(session, run);
    await callOfAnother(harness);
    const found = await reconcile(session, run.runId);
    expect(found).toMatchObject({ settled: 0, open: { 'balance-doubt': before.cost.unknown.count } });
    expect(reconciledText(found)).toContain('a late charge of the run or other use of the key');
    expect((await files(run).keys()).join()).not.toContain('corrections');
  });

  test('says whose charge was made while the run went on, and settles nothing by it', async ({ open }) => {
    const harness = await open({ emulator: noCache, keyOf: budget });
    const { session, emulator } = harness;
    const run = await meanwhile(harness, () => callOfAnother(harness));
    const { charged } = emulator.meter();
    const verified = await verify(session, run.runId, { meter: true });
    const { cost } = await billOf(session, run);
    expect(verified.balance).toMatchObject({ atEnd: charged, billed: cost.settled });
    expect(verified.findings).toMatchObject([{ code: 'balance-drift', object: 'balance' }]);
    expect(verifyText(verified)).toContain(`found     ${charged} Pollen charged, `);
  });
});

describe.concurrent('the balance of a run whose end kept none', () => {
  test('tells no more than that the run has cost no more', async ({ open }) => {
    const harness = await open({ emulator: noCache, keyOf: budget });
    const { submit, finish, session } = harness;
    const { run } = await submit(picture);
    await finish(run);
    await withoutEnd(harness, run);
    await callOfAnother(harness);
    expect(await reconcile(session, run.runId)).toMatchObject({ settled: 0, open: { 'balance-doubt': 1 } });
    // Far more has gone than the run can have cost, and that may be later use.
    await callOfAnother(harness, 'one');
    await callOfAnother(harness, 'more');
    const { cost } = await billOf(session, run);
    const verified = await verify(session, run.runId, { meter: true });
    expect(verified).toMatchObject({ findings: [], balance: { billed: cost.settled, drift: '0' } });
    expect(verified.balance).not.toHaveProperty('atEnd');
  });
});

describe.concurrent('a balance that is no evidence', () => {
  test('is that of another key than the run’s', async ({ open }) => {
    const harness = await open({ emulator: noCache, keyOf: budget });
    const { submit, finish, session } = harness;
    for (const changed of ['begun', 'success'] as const) {
      const { run } = await submit(picture.replace('Gone', changed));
      await finish(run);
      await edit(harness, runKeys(run)[changed], (content) => ({
        ...content,
        balance: { ...(content['balance'] as object), keyDigest: '0123456789abcdef' },
      }));
      const found = await reconcile(session, run.runId);
      expect(found).toMatchObject({ settled: 0, open: { 'other-key': 1 } });
      expect(found).not.toHaveProperty('correction');
      expect(reconciledText(found)).toContain(
        "set POLLINATIONS_API_KEY for this command to the workers' key",
      );
      const verified = await verify(session, run.runId, { meter: true });
      expect(verified).toMatchObject({ findings: [], balance: { reason: 'other-key' } });
      expect(verifyText(verified)).toContain('The balance was not compared: ');
    }
  });

  test('is one that another run may have moved as well, which is named', async ({ open }) => {
    const harness = await open({ emulator: noCache, keyOf: budget });
    const { submit, finish, session, files, handle } = harness;
    const { run: other } = await submit(waiting);
    await untilDone(async () => expect(await files(other).records()).toHaveLength(1));
    const { run } = await submit(picture);
    await finish(run);
    const expectOpen = async (): Promise<void> => {
      const found = await reconcile(session, run.runId);
      expect(found).toMatchObject({ settled: 0, open: { 'other-run': 1 }, otherRun: other.runId });
      expect(reconciledText(found)).toContain(`left unknown: ${other.runId} was under way as well`);
      const verified = await verify(session, run.runId, { meter: true });
      expect(verified).toMatchObject({
        findings: [],
        balance: { reason: 'other-run', otherRun: other.runId },
      });
      expect(verifyText(verified)).toContain(`The balance was not compared: ${other.runId} was`);
    };
    await expectOpen();
    await handle(other).cancel();
    await finish(other);
    await expectOpen();
    const withOtherKey = (content: Record<string, unknown>): Record<string, unknown> => ({
      ...content,
      balance: { ...(content['balance'] as object), keyDigest: '0123456789abcdef' },
    });
    await edit(harness, runKeys(other).begun, withOtherKey);
    await expectOpen();
    await edit(harness, runKeys(other).failed, withOtherKey);
    expect(await reconcile(session, run.runId)).toMatchObject({ settled: 1, open: {} });

    // Neither those that ended before, nor one that was broken off before and has left no marker.
    const { run: broken } = await submit(waiting, { isNew: true });
    await untilDone(async () => expect(await files(broken).records()).toHaveLength(1));
    await handle(broken).terminate();
    const { run: last } = await submit(picture.replace('Gone', 'Another'));
    await finish(last);
    expect(await reconcile(session, last.runId)).toMatchObject({ settled: 1, open: {} });
  });

  test('is what an older API tells, which may be a wallet that refills', async ({ open }) => {
    const harness = await open({ emulator: noCache, keyOf: budget });
    const { submit, finish, session, emulator } = harness;
    const { run } = await submit(picture);
    await finish(run);
    const base = `${emulator.url}/api`;
    const older = { ...session, api: { ...session.api, dialect: 'enter-v1', base } } as const;
    for (const asked of [
      () => reconcile(older, run.runId),
      () => verify(older, run.runId, { meter: true }),
    ]) {
      await expect(asked()).rejects.toMatchObject({
        code: 'config-invalid',
        message: expect.stringContaining('a wallet that refills by itself') as string,
      });
    }
  });

  test('is not taken for silence where the account fails to tell it, or begun.json is damaged', async ({
    open,
  }) => {
    const harness = await open({ emulator: noCache, keyOf: budget });
    const { submit, finish, session } = harness;
    const { run } = await submit(picture);
    await finish(run);
    await using account = await startServer((request, response) => {
      const isBalance = request.url?.includes('/balance') === true;
      response.writeHead(isBalance ? 500 : 403, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ success: false, error: { code: 'FORBIDDEN', message: 'No.' } }));
    });
    const failing = { ...session, api: { ...session.api, base: account.url } };
    const expectAll = async (expected: object): Promise<void> => {
      await expect(reconcile(failing, run.runId)).rejects.toMatchObject(expected);
      await expect(verify(failing, run.runId, { meter: true })).rejects.toMatchObject(expected);
    };
    await expectAll({ code: 'api-unreachable' });
    const { begun } = runKeys(run);
    await session.store.put(begun, '{', { contentType: 'application/json' });
    await expectAll({ code: 'store-unusable', message: expect.stringContaining('begun.json') as string });
  });
});

describe.concurrent('a key that may read the account', () => {
  test('is told of drifts by billed calls alone: its balance may be the wallet of the account', async ({
    open,
  }) => {
    const harness = await open({ keyOf: { account: true }, emulator: { wallet: '7' } });
    const { session, emulator } = harness;
    const { runId } = await meanwhile(harness, async () => {
      await callOfAnother(harness);
      emulator.update({ wallet: '9' });
    });
    const verified = await verify(session, runId, { meter: true });
    expect(verified.findings.map(({ object }) => object)).toEqual(['image model turbo']);
    expect(verified).not.toHaveProperty('balance');
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
        message: `the key may not read what the account was billed for run ${run.runId}, and the run has kept no balance from before its calls`,
        remedy: expect.stringContaining('a key with a budget of its own'),
      });
    }
  });
});
