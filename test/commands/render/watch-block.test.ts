import stringWidth from 'string-width';
import pc from 'picocolors';
import { describe, expect, it } from 'vitest';

import type { Running } from '../../../src/commands/runs/follow.ts';
import { rowsOf } from '../../../src/commands/render/redraw.ts';
import { watchBlock, type Watching } from '../../../src/commands/render/watch-block.ts';
import { emptyTally } from '../../../src/records/tally.ts';

const runId = 'spring-catalogue-7b0a21afd3';
const uiPage = `http://127.0.0.1:8233/namespaces/default/workflows/job%2F${runId}`;
const noColor = pc.createColors(false);

const sight: Running = {
  kind: 'running',
  inFlight: 9,
  waits: [],
  view: {
    state: 'running',
    items: 240,
    tally: { ...emptyTally, succeeded: 117, failed: 3, settled: '0.21', throttled: 4 },
    done: emptyTally,
    models: [
      { model: 'openai', done: 40, failed: 0, settled: '0.0012' },
      { model: 'flux', done: 80, failed: 3, settled: '0.2088' },
    ],
    pages: { total: 2, done: 0, running: [0, 1] },
    failures: [
      {
        id: 'wallpaper',
        code: 'bad-request',
        status: 400,
        remedy: 'Correct the parameter that the message names.',
      },
      { id: 'mirror', code: 'content-policy', status: 422, remedy: 'Call again: `pollen-batch retry RUN`.' },
    ],
  },
};
const watching: Watching = {
  runId,
  emulated: true,
  seconds: 75,
  sight,
  rate: 3.75,
  lanes: [
    { name: 'all', rate: 3.98, why: '3.98/s, as configured (4/s)', setBy: 'workers', startedPerSecond: 3.8 },
  ],
  uiPage,
};
const budget = { amount: '2.5', spent: '0.15', unknown: '0', held: '0.4', left: '1.95' };
const pause = {
  reason: 'credit',
  since: '2026-11-26T06:51:07.123Z',
  message: 'the account is out of credit (402)',
  remedy: `Top up the balance at https://enter.pollinations.ai; the run then goes on by itself, or at once with \`pollen-batch resume ${runId}\`.`,
} as const;

function blockOf(of: Partial<Watching>, columns = 110, rows = 40): readonly string[] {
  return watchBlock({ ...watching, ...of }, { columns, rows }, noColor).split('\n');
}

describe('the block of a run that is watched', () => {
  it('shows state, bar, time left, cost, rate against the limit, models, failures and the page in the UI', () => {
    expect(blockOf({})).toEqual([
      `${runId} running · 1 min 15 s · emulated`,
      '████████████░░░░░░░░░░░░ 120/240 · 3 failed · 32 s left · 9 under way · 3.8 items/s · 4 throttled',
      'Cost     0.21 Pollen',
      'Rate     all: 3.8/s started; limit 3.98/s, as configured (4/s)',
      'Models   flux    80 done, 3 failed, 0.2088 Pollen',
      '         openai  40 done, 0.0012 Pollen',
      'Failed   mirror: content-policy (422). Call again: `pollen-batch retry spring-catalogue-7b0a21afd3`.',
      '         wallpaper: bad-request (400). Correct the parameter that the message names.',
      '         … and 1 more before',
      `UI       ${uiPage}`,
    ]);
  });

  it('adds the budget up: what pages have spent by now is held no more', () => {
    expect(blockOf({ sight: { ...sight, budget } })[2]).toBe(
      'Cost     0.21 of 2.5 Pollen · 0.34 held for calls · 1.95 left',
    );
    const tally = { ...sight.view.tally, unknown: { count: 2, atMost: '0.04' } };
    expect(blockOf({ sight: { ...sight, budget, view: { ...sight.view, tally } } })[2]).toBe(
      'Cost     0.21 of 2.5 Pollen · 0.04 held for what is unknown · 0.3 held for calls · 1.95 left',
    );
  });

  it('says why it is paused and what to do, broken at words, with the command whole', () => {
    const paused = { ...sight, view: { ...sight.view, state: 'paused', paused: [pause] } } as const;
    const block = blockOf({ sight: paused }, 80);
    expect(block[0]).toBe(`${runId} paused · 1 min 15 s · emulated`);
    expect(block[1]).not.toContain('left');
    expect(block.slice(2, 6)).toEqual([
      '!        paused: credit since 2026-11-26 06:51:07 UTC: the account is out of',
      '         credit (402). Top up the balance at https://enter.pollinations.ai; the',
      '         run then goes on by itself, or at once with',
      `         \`pollen-batch resume ${runId}\`.`,
    ]);
  });

  it('keeps what it knew while nobody answers, and says so', () => {
    const block = blockOf({ silence: 'Temporal does not answer' });
    expect(block[0]).toContain(`${runId} no answer`);
    expect(block.slice(1, 4)).toEqual([
      '████████████░░░░░░░░░░░░ 120/240 · 3 failed · 4 throttled',
      '!        Temporal does not answer. The figures are from before.',
      'Cost     0.21 Pollen',
    ]);
    expect(block.join()).not.toContain('Rate');
  });

  it('says which calls wait for what somebody may have to mend, and nothing of throttles', () => {
    const waits = [
      { code: 'rate-limited', message: 'slow down', calls: 7 },
      { code: 'unreachable', message: 'the API does not answer', calls: 2 },
    ];
    expect(blockOf({ sight: { ...sight, waits } })[2]).toBe(
      '!        2 calls will be tried again: the API does not answer',
    );
  });

  it('has a head alone before the first answer, and no bar while it is planned', () => {
    const { sight: _, rate: __, ...before } = watching;
    expect(watchBlock({ ...before, lanes: [] }, { columns: 80, rows: 24 }, noColor)).toBe(
      `${runId} starting · 1 min 15 s · emulated`,
    );
    const planning = { ...sight, view: { ...sight.view, state: 'planning', items: 0 } } as const;
    expect(blockOf({ sight: planning })[1]).toContain('Cost');
  });

  it('says when the deadline is', () => {
    const view = { ...sight.view, endsAt: '2026-11-26T18:30:00.000Z' };
    expect(blockOf({ sight: { ...sight, view } })[0]).toBe(
      `${runId} running · 1 min 15 s · deadline 2026-11-26 18:30:00 UTC · emulated`,
    );
  });

  it('tells how a lane is held back, or limited by hand', () => {
    const lane = {
      name: 'slow',
      rate: 0,
      why: 'held for 11 s: the API asks to wait',
      setBy: 'workers',
      startedPerSecond: 0,
    } as const;
    const byHand = { ...lane, rate: 2, why: 'set by hand: a test', setBy: 'hand' } as const;
    expect(blockOf({ lanes: [lane, byHand] }).slice(3, 5)).toEqual([
      'Rate     slow: 0/s started; held for 11 s: the API asks to wait',
      '         slow: 0/s started; limit 2/s, set by hand: a test',
    ]);
  });

  it('names the models with the most items where there are many', () => {
    const models = Array.from({ length: 12 }, (_, index) => ({
      model: `m${index}`,
      done: index,
      failed: 0,
      settled: '0',
    }));
    const lines = blockOf({ sight: { ...sight, view: { ...sight.view, models } } }).slice(4, 12);
    expect([lines[0], lines[7]]).toEqual(['Models   m11  11 done, 0 Pollen', '         … and 5 more models']);
  });

  it('makes what is not ours harmless', () => {
    const evil = { ...pause, reason: 'operator', message: 'suspended by hand: \u001b[2J\u202e' } as const;
    const paused = { ...sight, view: { ...sight.view, state: 'paused', paused: [evil] } } as const;
    const shown = blockOf({ sight: paused }).join('');
    for (const evilOne of ['\u001b', '\u202e']) expect(shown).not.toContain(evilOne);
  });
});

describe('the block on screens of all sizes', () => {
  const full = {
    ...watching,
    sight: { ...sight, budget, view: { ...sight.view, state: 'paused', paused: [pause] } },
  } as const;

  it('is never higher than the screen, nor as wide but for a command, and keeps the bar to the last', () => {
    for (const columns of [1, 9, 20, 31, 45, 60, 79, 80, 81, 100, 101, 132, 200]) {
      for (const rows of [1, 2, 3, 5, 8, 13, 24, 50]) {
        const block = watchBlock(full, { columns, rows }, pc.createColors(true));
        if (rows > 1 && columns > 30) expect(block).toContain('120/240');
        if (block.includes('\n')) expect(rowsOf(block, columns)).toBeLessThan(rows);
        for (const line of block.split('\n'))
          if (columns > 40 && !line.includes('`')) expect(stringWidth(line)).toBeLessThan(columns);
      }
    }
  });

  it('gives up failures, models and links before the rate, the cost and what is wrong', () => {
    const heads = (rows: number): readonly string[] =>
      watchBlock(full, { columns: 110, rows }, noColor)
        .split('\n')
        .map((line) => line.slice(0, 6).trim());
    expect(heads(16)).toEqual([
      'spring',
      '██████',
      '!',
      '',
      '',
      'Cost',
      'Rate',
      'Models',
      '',
      'Failed',
      '',
      '',
      'UI',
    ]);
    expect(heads(12)).toEqual([
      'spring',
      '██████',
      '!',
      '',
      '',
      'Cost',
      'Rate',
      'Models',
      '',
      'Failed',
      'UI',
    ]);
    expect(heads(8)).toEqual(['spring', '██████', '!', '', '', 'Cost', 'Rate']);
    expect(heads(3)).toEqual(['spring', '██████']);
    expect(heads(2)).toEqual(['██████']);
  });

  it('has no colours where there are none', () => {
    expect(watchBlock(full, { columns: 80, rows: 24 }, noColor)).not.toContain('\u001b');
    expect(watchBlock(full, { columns: 80, rows: 24 }, pc.createColors(true))).toContain('\u001b[43m');
  });
});
