import { describe, expect } from 'vitest';

import { get } from '../../src/commands/runs/get.ts';
import { reconcile } from '../../src/commands/bill/reconcile.ts';
import { detailsText } from '../../src/commands/render/run-text.ts';
import { spending } from '../../src/commands/bill/spending.ts';
import { runKeys } from '../../src/storage/keys.ts';
import { billOf } from '../support/bill-of.ts';
import { test } from '../support/on-servers.ts';
import { untilDone } from '../support/until.ts';

const lossy = `
version: 1
name: lossy
labels: { season: spring }
defaults: { text: { max_tokens: 60 }, image: { model: turbo, width: 64, height: 64 } }
items:
  - { id: tale, text: "A tale of bees [[fault:lost:2]]" }
  - { id: other, text: "Another, longer tale of bees and flowers [[fault:cut-length:1]]" }
  - { id: gone, image: "Gone [[fault:lost:1]]" }
  - { id: lamp, image: "A lamp [[fault:cut-close:1]]" }
  - { id: refused, text: "[[fault:400]]" }
  - { id: chain, steps: [{ id: line, text: "One line [[fault:lost:1]]" }, { id: shot, image: "{{ steps.line.text }}" }] }
`;

const one = `
version: 1
name: one
defaults: { image: { model: turbo, width: 64, height: 64 } }
items: [{ id: gone, image: "Gone [[fault:lost:1]]" }]
`;

describe.concurrent('a run without a cache that lost answers', () => {
  test('is billed with bounds at first, and reconciled to what the API metered, to the last 1e-8', async ({
    open,
  }) => {
    const { submit, finish, session, emulator, files } = await open({
      emulator: { cacheMode: 'none' },
      keyOf: { account: true },
    });
    const { run } = await submit(lossy);
    await finish(run);
    const { runId } = run;
    const before = await billOf(session, run);
    expect(before).toMatchObject({ certainty: 'estimated', state: 'completed_with_failures' });
    expect(before.cost.unknown.count).toBeGreaterThanOrEqual(6);

    const first = await reconcile(session, runId);
    expect(first).toMatchObject({
      settled: before.cost.unknown.count,
      open: {},
      after: { settled: emulator.meter().charged, unknown: { count: 0 } },
      correction: runKeys(run).correction(1),
      assumes: 'sole-use',
    });
    expect(await reconcile(session, runId)).toMatchObject({ settled: 0, before: { unknown: { count: 0 } } });
    expect((await files(run).keys()).filter((key) => key.startsWith('corrections/'))).toHaveLength(1);

    const after = await billOf(session, run);
    expect(after).toMatchObject({
      certainty: 'exact',
      corrections: 1,
      cost: { settled: emulator.meter().charged },
      duplicate: { attempts: 0 },
    });
    for (const by of ['day', 'job', 'model', 'label'] as const) {
      const { groups, total } = await spending(session, { by });
      expect(total).toMatchObject({ runs: 1, cost: after.cost });
      expect(groups.every(({ cost }) => cost.unknown.count === 0)).toBe(true);
    }
    // The run's own files stay as they were at its end.
    expect((await files(run).report()).certainty).toBe('estimated');
    const details = detailsText(session, await get(session, runId));
    expect(details).toContain(
      `Bill: ${emulator.meter().charged} Pollen (exact, if nobody else used the key meanwhile, 1 correction)`,
    );
  });

  test('stays as it is where the key may not read the account, and says what would help', async ({
    open,
  }) => {
    const { submit, finish, session, files } = await open({ emulator: { cacheMode: 'none' } });
    const { run } = await submit(one);
    await finish(run);
    await expect(reconcile(session, run.runId)).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringContaining('the key may not read what the account was billed'),
      remedy: expect.stringContaining('enter.pollinations.ai'),
    });
    expect((await files(run).keys()).join()).not.toContain('corrections');
  });

  test('keeps unknown what calls of others may be meant for', async ({ open }) => {
    const { submit, finish, session, emulator } = await open({
      emulator: { cacheMode: 'none' },
      keyOf: { account: true },
    });
    // A text, whose bound is above its price: so the balance leaves it open as well.
    const { run } = await submit(`
version: 1
name: tale
defaults: { text: { max_tokens: 60 } }
items: [{ id: tale, text: "A tale [[fault:lost:1]]" }]
`);
    await finish(run);
    const other = await fetch(`${emulator.url}/v1/chat/completions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${session.config.api.key?.reveal()}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({
        messages: [{ role: 'user', content: 'A tale of somebody else' }],
        max_tokens: 60,
      }),
    });
    expect(other.status).toBe(200);
    await other.arrayBuffer();
    expect(await reconcile(session, run.runId)).toMatchObject({ settled: 0, open: { others: 1 } });
    expect(await billOf(session, run)).toMatchObject({ certainty: 'estimated', corrections: 0 });
  });
});

describe.concurrent('a run that goes on', () => {
  test('is billed by the records that are there, and not reconciled', async ({ open }) => {
    const { submit, session, emulator, files, handle, finish } = await open();
    const { run } = await submit(`
version: 1
name: slow
items: [{ prompts: [1 bee, 2 bees, 3 bees] }, { text: "Waits [[fault:429]]" }]
`);
    await untilDone(async () => expect(await files(run).records()).toHaveLength(3));
    const now = await billOf(session, run);
    expect(now).toMatchObject({ state: 'unfinished', items: 4, billed: 3, kept: { attempts: 3 } });
    await expect(reconcile(session, run.runId)).rejects.toMatchObject({ code: 'usage' });
    expect(await spending(session, { by: 'job' })).toMatchObject({
      unfinished: [run.runId],
      groups: [{ name: 'slow', runs: 1 }],
    });
    await handle(run).cancel();
    await finish(run);
    expect(await billOf(session, run)).toMatchObject({
      state: 'stopped',
      cost: { settled: emulator.meter().charged },
    });
  });
});
