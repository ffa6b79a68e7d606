import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createTail, inOrder, type EventGroup } from '../../../src/commands/logs/in-order.ts';
import { lineEvents } from '../../../src/commands/logs/line-events.ts';
import { byTime, wanted, type LogEvent } from '../../../src/commands/logs/log-event.ts';
import { createPauseLog, plannedEvent } from '../../../src/commands/logs/run-events.ts';
import { emptyTally } from '../../../src/records/tally.ts';
import { logLine } from '../../../src/commands/render/log-text.ts';
import { failed, samplePlan, succeeded } from '../../support/samples.ts';

const free = { amount: '0', certainty: 'free' } as const;
const exact = { amount: '0.002', certainty: 'exact' } as const;
const lineOf = (event: LogEvent): string => logLine('bees-0123456789', event);
const at = (second: number): string => `2026-01-02T03:04:${String(second).padStart(2, '0')}.000Z`;

function sealed(time: number): LogEvent {
  return { at: new Date(time).toISOString(), kind: 'sealed', page: time };
}

describe('the events of an item', () => {
  it('are its attempts and its end; a lost worker is told of before the next attempt was sent', () => {
    const line = succeeded({
      at: at(9),
      attempts: [
        { attempt: 1, at: at(1), code: 'gateway', status: 502, latencyMs: 40, charge: free },
        { attempt: 2, code: 'lost-worker', charge: { amount: '0.5', certainty: 'unknown' } },
        { attempt: 3, at: at(8), code: 'answered', status: 200, latencyMs: 2_000, charge: exact },
      ],
    });
    const events = lineEvents(line, at(59));
    expect(events.map((event) => [event.kind, event.at])).toEqual([
      ['attempt', at(1)],
      ['attempt', at(6)],
      ['attempt', at(8)],
      ['item', at(9)],
    ]);
    expect(events.map(lineOf)).toEqual([
      '2026-01-02T03:04:01Z haiku attempt 1: gateway (502), 40 ms, 0 Pollen',
      '2026-01-02T03:04:06Z haiku attempt 2: lost-worker, at most 0.5 Pollen',
      '2026-01-02T03:04:08Z haiku attempt 3: answered (200), 2 s, 0.002 Pollen',
      '2026-01-02T03:04:09Z haiku succeeded: 0.00005 Pollen',
    ]);
  });

  it('name the call of an item that has several', () => {
    const attempt = {
      step: 'lines',
      index: 2,
      repair: 1,
      model: 'flux',
      attempt: 1,
      at: at(1),
      code: 'answered',
      charge: exact,
    };
    const [event] = lineEvents(succeeded({ attempts: [attempt] }), at(59));
    expect(event === undefined ? '' : lineOf(event)).toContain(' haiku.lines.2.r1 attempt 1: ');
  });

  it('are those that went wrong, where these alone are asked for', () => {
    const line = failed({
      at: at(3),
      attempts: [
        { attempt: 1, at: at(1), code: 'answered', charge: exact },
        { attempt: 2, at: at(2), code: 'output-invalid', charge: exact },
      ],
    });
    const events = [...lineEvents(line, at(59)), sealed(0)];
    expect(events.filter(wanted({ failed: true })).map(({ kind }) => kind)).toEqual(['attempt', 'item']);
    expect(events.filter(wanted({ item: 2 }))).toEqual([]);
    expect(events.filter(wanted({ item: 1, since: at(3) })).map(({ kind }) => kind)).toEqual(['item']);
  });

  it('are one line each, and harmless, whatever the API has said', () => {
    const fault = {
      code: 'bad-request',
      message: '400 \u001b]0;mine\u0007\nno\u202e',
      remedy: 'Correct it, or draw another seed with `pollen-batch retry RUN --new-seed`.',
    };
    const lines = lineEvents(failed({ fault }), at(59)).map(lineOf);
    // oxlint-disable-next-line no-control-regex -- these are what must not reach a screen
    for (const line of lines) expect(line).not.toMatch(/[\u0000-\u001f\u202e]/);
    expect(lines.at(-1)).toContain('draw another seed with `pollen-batch retry bees-0123456789 --new-seed`.');
    const reason = '\u001b[2Jgone';
    expect(
      lineOf({ at: at(1), kind: 'change', change: { version: 1, at: at(1), kind: 'suspend', reason } }),
    ).toBe('2026-01-02T03:04:01Z [run] suspended:  [2Jgone');
  });

  it('of a run say what people did and what stopped it, in the words of its story and its end', () => {
    const version = 1;
    const lines = [
      plannedEvent(samplePlan({ createdAt: at(0), parent: { runId: 'bees', reason: 'mended' } })),
      { at: at(1), kind: 'change', change: { version, at: at(1), kind: 'deadline', endsAt: at(9) } },
      { at: at(2), kind: 'ended', state: 'stopped', because: 'budget', tally: emptyTally },
    ] as const;
    expect(lines.map(lineOf)).toEqual([
      '2026-01-02T03:04:00Z [run] planned: 1 item, a retry of bees: mended',
      '2026-01-02T03:04:01Z [run] deadline set to 2026-01-02 03:04:09 UTC',
      '2026-01-02T03:04:02Z [run] stopped, as its budget is used up: 0 succeeded; 0 Pollen',
    ]);
  });
});

describe('events of many groups', () => {
  const times = fc.array(fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 20 }), {
    maxLength: 12,
  });

  it('come in order of time, all of them', async () => {
    await fc.assert(
      fc.asyncProperty(times, async (groups) => {
        const read: LogEvent[] = [];
        for await (const event of inOrder(groups.map(groupOf))) read.push(event);
        expect(read.map(({ at: time }) => time)).toEqual(
          groups
            .flat()
            .map(sealed)
            .sort(byTime)
            .map(({ at: time }) => time),
        );
      }),
    );
  });

  it('are read when they are due, so that those of one page after another are never together', async () => {
    let reads = 0;
    const groups = Array.from({ length: 50 }, (_, page): EventGroup => {
      const own = groupOf([page * 10, page * 10 + 9]);
      return { ...own, read: () => ((reads += 1), own.read()) };
    });
    let seen = 0;
    for await (const event of inOrder(groups)) {
      seen += 1;
      expect(event.at).toBeDefined();
      expect(reads).toBeLessThanOrEqual(Math.floor(seen / 2) + 2);
    }
    expect(seen).toBe(100);
  });

  it('leave the last ones in a tail, whatever came first', () => {
    fc.assert(
      fc.property(times, fc.integer({ min: 0, max: 30 }), (groups, count) => {
        const tail = createTail(count);
        for (const group of groups) tail.add(group.map(sealed));
        const all = groups.flat().map(sealed).sort(byTime);
        const last = count === 0 ? [] : all.slice(-count);
        expect(tail.read().map(({ at: time }) => time)).toEqual(last.map(({ at: time }) => time));
        expect(tail.from() <= (last[0]?.at ?? '~')).toBe(true);
      }),
    );
  });

  function groupOf(group: readonly number[]): EventGroup {
    const events = group.map(sealed).sort(byTime);
    return { from: events[0]?.at ?? '', read: () => Promise.resolve(events) };
  }
});

describe('pauses that are looked at again and again', () => {
  it('are told once each, and once more when they are gone', () => {
    const pause = { reason: 'credit', since: at(1), message: 'no credit', remedy: 'Top it up.' } as const;
    const look = createPauseLog();
    expect(look([pause], at(2))).toEqual([{ at: at(1), kind: 'paused', pause }]);
    expect(look([pause], at(3))).toEqual([]);
    expect(look([], at(4))).toEqual([{ at: at(4), kind: 'lifted', reason: 'credit' }]);
    expect(look([{ ...pause, since: at(5) }], at(6))).toHaveLength(1);
  });
});
