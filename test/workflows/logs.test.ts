import { describe, expect } from 'vitest';

import { openLog, type LogsOptions } from '../../src/commands/logs/logs.ts';
import type { LogEvent } from '../../src/commands/logs/log-event.ts';
import { logLine } from '../../src/commands/render/log-text.ts';
import { readingOf } from '../../src/commands/session/reading.ts';
import { resume, setRun, suspend } from '../../src/commands/runs/steer.ts';
import type { RunLocation } from '../../src/storage/keys.ts';
import { temporalUnreachable } from '../../src/temporal/failure.ts';
import { test } from '../support/on-servers.ts';

const job = `
version: 1
name: logged
budget: '5'
defaults: { text: { model: openai, max_tokens: 60 } }
items:
  - { id: rhyme, text: 'A rhyme about bees [[fault:500:1]]' }
  - { id: broken, text: 'A tale of a hive [[fault:400]]' }
  - id: fable
    steps:
      - { id: tale, text: 'A fable about a bee' }
      - { id: moral, text: 'The moral of: {{ steps.tale.text }}' }
  - prompts: [one, two, three, four, five, six]
`;

async function past(
  reading: Parameters<typeof openLog>[0],
  run: RunLocation,
  options: LogsOptions = {},
): Promise<readonly LogEvent[]> {
  const events: LogEvent[] = [];
  for await (const event of (await openLog(reading, run, options)).past()) events.push(event);
  return events;
}

const words = (event: LogEvent): string => logLine('', event).slice('2026-11-26T16:00:14Z '.length);

describe.concurrent('the log of a run', () => {
  test('that has ended has every attempt, end and change once, in order of time, without Temporal', async ({
    open,
  }) => {
    const harness = await open();
    const { run } = await harness.submit(job);
    await setRun(harness.session.temporal, run.runId, { budget: '+1', reason: 'to be sure' });
    await harness.finish(run);
    const reading = {
      ...harness.session,
      temporal: () => Promise.reject(new Error('Temporal was asked')),
    };

    const events = await past(reading, run);
    const times = events.map(({ at }) => at);
    expect(times).toEqual([...times].sort());
    expect(events[0]?.kind).toBe('planned');
    expect(events.at(-1)?.kind).toBe('ended');
    const bill = await harness.files(run).bill();
    expect(events.filter(({ kind }) => kind === 'attempt')).toHaveLength(bill.length);
    expect(events.filter(({ kind }) => kind === 'item')).toHaveLength(9);
    const lines = events.map(words);
    expect(lines[0]).toBe('[run] planned: 9 items');
    expect(lines).toContain('[run] budget set to 6 Pollen: to be sure');
    expect(lines).toContain('[run] page 0 sealed');
    expect(lines).toContainEqual(
      expect.stringMatching(/^fable\.moral attempt 1: answered \(200\), .* Pollen$/),
    );
    expect(lines).toContainEqual(expect.stringMatching(/^broken failed: bad-request: /));
    expect(lines.at(-1)).toMatch(/^\[run\] completed with failures: 8 succeeded, 1 failed; /);
    expect(lines.join('\n')).not.toContain(harness.key);

    const failed = (await past(reading, run, { failed: true })).map(words);
    expect(failed.map((line) => line.split(/[:,(]/)[0]?.trim())).toEqual(
      expect.arrayContaining(['rhyme attempt 1', 'broken attempt 1', 'broken failed']),
    );
    expect(failed).toHaveLength(3);
    expect(await past(reading, run, { tail: 4 })).toEqual(events.slice(-4));
    expect(await past(reading, run, { item: '3' })).toEqual(
      events.filter((event) => 'id' in event && event.id === 'fable'),
    );
    const since = events[5]?.at ?? '';
    expect(await past(reading, run, { since })).toEqual(events.filter(({ at }) => at >= since));
  });

  test('that goes on is followed to its end: nothing is told twice, and nothing left out', async ({
    open,
  }) => {
    const harness = await open({
      emulator: { latency: { kind: 'fixed', ms: 1_500 } },
      lanes: [{ name: 'all', concurrency: 2 }],
    });
    const { run } = await harness.submit(job);
    const log = await openLog(readingOf(harness.session), run, {});
    const told: LogEvent[] = [];
    for await (const event of log.past()) told.push(event);
    expect(told.some(({ kind }) => kind === 'ended')).toBe(false);
    const events = log.follow(new AbortController().signal, () => {});
    let hasPaused = false;
    let next = await events.next();
    while (next.done !== true) {
      told.push(next.value);
      if (next.value.kind === 'item' && !hasPaused) {
        hasPaused = true;
        await suspend(harness.session.temporal, run.runId, 'to look');
      }
      if (next.value.kind === 'paused') await resume(harness.session.temporal, run.runId);
      next = await events.next();
    }
    expect(next.value).toMatchObject({ kind: 'ended', marker: { state: 'completed_with_failures' } });
    const lines = told.map(words);
    expect(lines).toContainEqual(expect.stringMatching(/^\[run\] paused: operator since /));
    expect(lines).toContain('[run] no longer paused: operator');
    expect(lines.at(-1)).toMatch(/^\[run\] completed with failures/);
    const whole = (await past(readingOf(harness.session), run)).filter(
      ({ kind }) => kind === 'attempt' || kind === 'item',
    );
    const own = told.filter(({ kind }) => kind === 'attempt' || kind === 'item');
    const sorted = (some: readonly LogEvent[]): readonly string[] =>
      some.map((event) => logLine('', event)).sort();
    expect(sorted(own)).toEqual(sorted(whole));
  });

  test('is left by the signal, and the run goes on', async ({ open }) => {
    const harness = await open({ emulator: { latency: { kind: 'fixed', ms: 4_000 } } });
    const { run } = await harness.submit(job);
    const away = temporalUnreachable({ found: 'nothing answers', remedy: 'Start it.' }, undefined);
    const blind = { ...harness.session, temporal: () => Promise.resolve(away) };
    const leave = new AbortController();
    const unseen = (await openLog(blind, run, {})).follow(leave.signal, () => {});
    await expect(unseen.next()).rejects.toBe(away);
    const events = (await openLog(readingOf(harness.session), run, {})).follow(leave.signal, () => {});
    const first = await events.next();
    expect(first.value).toMatchObject({ kind: 'planned' });
    leave.abort();
    let next = await events.next();
    while (next.done !== true) next = await events.next();
    expect(next.value).toEqual({ kind: 'left' });
    await harness.finish(run);
  });
});
