import { describe, expect, it } from 'vitest';

import { isWanted, narrowQuery, plainQuery } from '../../../src/commands/runs/list-filter.ts';
import { listedStates, type ListedRun } from '../../../src/commands/runs/listed-run.ts';
import { listText, namesText } from '../../../src/commands/render/list-text.ts';

const run: ListedRun = {
  runId: 'bees-0123456789',
  job: 'bees',
  parent: undefined,
  labels: { team: "it's", tier: '1' },
  models: ['openai'],
  state: 'completed',
  items: 3,
  cost: '0.5',
  startedAt: '2026-11-20T10:00:00.000Z',
  endedAt: '2026-11-20T10:01:30.000Z',
  emulated: true,
};

describe('a filter of runs', () => {
  it('asks Temporal for what every namespace knows, and narrows by search attributes only where it must', () => {
    expect(plainQuery({})).toBe("WorkflowType = 'runJob'");
    expect(narrowQuery({ job: 'bees' })).toBeUndefined();
    expect(plainQuery({ job: 'bees', since: new Date('2026-11-20T00:00:00Z') })).toBe(
      "WorkflowType = 'runJob' AND WorkflowId STARTS_WITH 'job/bees-' AND StartTime >= '2026-11-20T00:00:00.000Z'",
    );
    expect(narrowQuery({ states: ['paused', 'stopped'], labels: ["team=it's"] })).toBe(
      "WorkflowType = 'runJob' AND PollenLabels = 'team=it''s' AND " +
        "((ExecutionStatus = 'Running' AND PollenState = 'paused') OR (ExecutionStatus = 'Canceled' OR PollenState = 'stopped'))",
    );
  });

  it.each(["x' OR WorkflowType = 'runPage", "\\' OR '1'='1", "'; --"])(
    'keeps %j inside its quotes',
    (text) => {
      const query = narrowQuery({ job: text, labels: [`a=${text}`], states: [...listedStates] }) ?? '';
      // What is left without quoted values is ours.
      const ours = query.replaceAll(/'(?:[^'\\]|''|\\.)*'/g, '?');
      expect(ours).not.toMatch(/runPage|1|--/);
    },
  );

  it('is held against every run that was found, as a query finds some that are not meant', () => {
    const since = new Date('2026-11-20T10:00:00Z');
    const all = { states: ['completed'], job: 'bees', labels: ["team=it's", 'tier=1'], since } as const;
    expect(isWanted(run, all)).toBe(true);
    for (const other of [
      { ...run, state: 'stopped' },
      { ...run, job: 'bees-2' },
      { ...run, labels: { tier: '1' } },
      { ...run, startedAt: '2026-11-20T09:59:59.999Z' },
      { ...run, startedAt: undefined },
    ]) {
      expect(isWanted(other, all)).toBe(false);
    }
  });
});

it('tells a list that a filter has left empty from a bucket without runs', () => {
  expect(listText([], false)).toBe('No runs. Submit a job with `pollen-batch submit FILE`.');
  expect(listText([], false, ['--state', '--job'])).toBe(
    'No run is like that. Look again without --state or --job.',
  );
});

it('the table has labels, models and time where it is wide, and names are ids alone', () => {
  expect(listText([run], false)).not.toContain('openai');
  const [, row] = listText([run], true).split('\n');
  expect(row).toMatch(/completed {2}3 {6}0\.5 .*emulated {2}1 min 30 s {2}openai {2}team=it's,tier=1$/);
  const hostile = listText([{ ...run, labels: { a: '\u001b[2J' } }], true);
  expect(hostile).not.toContain('\u001b');
  const lost = { ...run, state: 'lost', endedAt: undefined };
  expect(listText([lost], true)).toContain('emulated        openai');
  expect(namesText([run, { ...run, runId: 'b' }])).toBe('bees-0123456789\nb');
});
