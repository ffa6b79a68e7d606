import { describe, expect, vi } from 'vitest';

import { explain } from '../../src/commands/explain/explain.ts';
import type { Explained } from '../../src/commands/explain/explained.ts';
import { explainedData } from '../../src/commands/render/explain-data.ts';
import { explainText } from '../../src/commands/render/explain-text.ts';
import { readingOf } from '../../src/commands/session/reading.ts';
import type { Session } from '../../src/commands/session/session.ts';
import { suspend } from '../../src/commands/runs/steer.ts';
import type { RunLocation } from '../../src/storage/keys.ts';
import type { Harness } from '../support/harness.ts';
import { temporalUnreachable } from '../../src/temporal/failure.ts';
import { test } from '../support/on-servers.ts';

const waiting = { timeout: 90_000, interval: 200 };

const job = `
version: 1
name: told
defaults: { text: { model: openai, max_tokens: 60 } }
items:
  - { id: haiku, text: 'A haiku about pollen' }
  - { id: rhyme, text: 'A rhyme about bees [[fault:500:2]]' }
  - { id: lost, text: 'A riddle about wax [[fault:lost:1]]' }
  - { id: broken, text: 'A tale of a hive [[fault:500]]' }
  - { id: meadow, image: 'A meadow', params: { seed: 7, width: 64, height: 48 } }
  - id: fable
    steps:
      - { id: tale, text: 'A fable about a bee' }
      - { id: moral, text: 'The moral of: {{ steps.tale.text }}' }
`;

// A run that has ended needs no Temporal.
function withoutTemporal(session: Session) {
  return { ...session, temporal: () => Promise.reject(new Error('Temporal was asked')) };
}

async function look(harness: Harness, run: RunLocation, name: string): Promise<Explained> {
  return explain(readingOf(harness.session), run, name);
}

describe.concurrent('an item that is explained', () => {
  test('after the end of its run tells request, attempts, charge, objects and why it failed, without Temporal', async ({
    open,
  }) => {
    const harness = await open();
    const { run } = await harness.submit(job);
    await harness.finish(run);
    const session = withoutTemporal(harness.session);
    const told = async (name: string): Promise<readonly [Explained, string]> => {
      const explained = await explain(session, run, name);
      const text = explainText(session, explained);
      expect(text).not.toContain(harness.key);
      expect(JSON.stringify(explainedData(session, explained))).not.toContain(harness.key);
      return [explained, text];
    };

    const [haiku, haikuText] = await told('haiku');
    const [record] = await harness.files(run).records();
    expect(haiku).toMatchObject({
      number: 1,
      state: 'succeeded',
      cost: record?.cost,
      calls: [
        {
          request: { method: 'POST' },
          digest: record?.digest,
          attempts: [{ attempt: 1, code: 'answered', status: 200, fate: 'kept' }],
        },
      ],
    });
    expect(haikuText).toContain(`POST emulator/`);
    expect(haikuText).toContain('A haiku about pollen');
    expect(haikuText).toContain('s3://');

    const [rhyme] = await told('2');
    expect(rhyme).toMatchObject({ id: 'rhyme', state: 'succeeded' });
    expect(rhyme.calls[0]?.attempts.map(({ code, status }) => [code, status])).toEqual([
      ['server-error', 500],
      ['server-error', 500],
      ['answered', 200],
    ]);

    const [lost] = await told('#3');
    expect(lost.calls[0]?.attempts.map(({ code, fate }) => [code, fate])).toEqual([
      ['reset', expect.stringMatching(/kept|free|wasted/)],
      ['answered', expect.any(String)],
    ]);

    const [broken, brokenText] = await told('broken');
    expect(broken).toMatchObject({ state: 'failed', fault: { code: 'server-error' } });
    expect(broken.calls[0]?.attempts).toHaveLength(4);
    expect(brokenText).toContain('Why: server-error: ');
    expect(brokenText).toContain(`pollen-batch retry ${run.runId}`);

    const [meadow, meadowText] = await told('meadow');
    expect(meadow.objects.map(({ kind }) => kind).sort()).toEqual(['answer', 'record']);
    expect(meadowText).toContain('seed 7');

    const [fable, fableText] = await told('fable');
    expect(fable.calls.map(({ part, state }) => [part?.step, state])).toEqual([
      ['tale', 'succeeded'],
      ['moral', 'succeeded'],
    ]);
    const tale = fable.calls[0]?.text ?? '?';
    expect(fable.calls[1]?.request?.body).toContain(JSON.stringify(tale).slice(1, 20));
    expect(fableText).toContain('Step moral: succeeded');

    await expect(told('haiko')).rejects.toMatchObject({ code: 'not-found', remedy: 'Did you mean haiku?' });
    await expect(told('99')).rejects.toMatchObject({ code: 'not-found' });
  });

  test('while its run goes on tells what is queued, in flight, backing off, and why it is paused', async ({
    open,
  }) => {
    const harness = await open({
      emulator: { latency: { kind: 'fixed', ms: 9_000 } },
      lanes: [{ name: 'all', concurrency: 1 }],
    });
    const { run } = await harness.submit(`
version: 1
name: slow
limits: { concurrency: 1 }
items: [{ prompts: [one bee, two bees, three bees] }]
`);
    await vi.waitFor(async () => {
      const explained = await look(harness, run, '1');
      expect(explained.calls[0]?.underWay).toMatchObject({ kind: 'in-flight' });
      expect(explained.state).toBe('under-way');
      expect(explainText(harness.session, explained)).toContain('In flight since ');
    }, waiting);
    const away = temporalUnreachable({ found: 'nothing answers', remedy: 'Start it.' }, undefined);
    const blind = { ...harness.session, temporal: () => Promise.resolve(away) };
    const unseen = explainText(harness.session, await explain(blind, run, '1'));
    expect(unseen).toContain('What is under way nobody can tell: ');
    const last = await look(harness, run, '3');
    expect(['waiting', 'under-way']).toContain(last.state);
    expect(last.calls[0]?.attempts).toEqual([]);
    await suspend(harness.session.temporal, run.runId, 'to look');
    expect(explainText(harness.session, await look(harness, run, '3'))).toContain('paused: operator');
    await harness.handle(run).cancel();
    await harness.finish(run);
    expect(await look(harness, run, '3')).toMatchObject({
      state: 'cancelled',
      calls: [{ state: 'cancelled' }],
    });
  });

  test('lists the attempts so far of a call that backs off', async ({ open }) => {
    const harness = await open();
    const { run } = await harness.submit(`
version: 1
name: waits
items: [{ id: slow, text: 'A bee that waits [[fault:503]]' }]
`);
    await vi.waitFor(async () => {
      const explained = await look(harness, run, 'slow');
      expect(explained.calls[0]).toMatchObject({
        state: 'under-way',
        underWay: { kind: 'backing-off', code: expect.any(String) },
        attempts: expect.arrayContaining([expect.objectContaining({ status: 503, fate: 'free' })]),
      });
      expect(explainText(harness.session, explained)).toContain('Backing off until ');
    }, waiting);
    await harness.handle(run).cancel();
    await harness.finish(run);
  });
});
