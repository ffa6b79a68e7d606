import { describe, expect, it } from 'vitest';

import { noCounts } from '../../src/records/counts.ts';
import { emptyTally } from '../../src/records/tally.ts';
import { hear, type HeardPage } from '../../src/workflows/heard-page.ts';
import type { PageProgress } from '../../src/workflows/messages.ts';
import { createReporter } from '../../src/workflows/page-reporter.ts';
import { orders } from '../support/orders.ts';

const started = (): HeardPage => ({
  accounts: [
    { lane: 'all', granted: 4, freed: 0, waiting: 8, owed: 0 },
    { lane: 'pictures', granted: 1, freed: 0, waiting: 0, owed: 0 },
  ],
  counts: noCounts,
  turn: 0,
});

/** What a page of ten items tells as they end, from a turn on. */
function told(before: number, ended: readonly number[]): readonly PageProgress[] {
  const sent: PageProgress[] = [];
  const send = (report: PageProgress): Promise<void> => {
    sent.push(report);
    return Promise.resolve();
  };
  const reporter = createReporter(10, send, before);
  for (const succeeded of ended) {
    const freed = Math.max(0, succeeded - 6);
    const waiting = Math.max(0, 6 - succeeded);
    const others = [{ lane: 'pictures', waiting: succeeded, freed: 1 }];
    const tally = { ...emptyTally, succeeded };
    reporter.tell({ page: 0, tally, waiting, inFlight: 10 - succeeded - waiting, places: 4, freed, others });
  }
  return sent;
}

function heard(page: HeardPage, reports: readonly PageProgress[]): HeardPage {
  for (const report of reports) hear(page, report, () => true);
  return page;
}

const stand = ({ counts, accounts }: HeardPage): unknown => [
  counts.tally.succeeded,
  ...accounts.map(({ freed, waiting }) => [freed, waiting]),
];

describe('a run', () => {
  it('takes a page to stand as it told last, in whatever order its reports come, some of them twice', () => {
    const reports = told(0, [2, 4, 7, 9]);
    for (const order of orders(reports)) {
      expect(stand(heard(started(), order))).toEqual([9, [3, 0], [1, 9]]);
      expect(stand(heard(started(), [...order, ...order]))).toEqual([9, [3, 0], [1, 9]]);
    }
  });

  it('leaves what an execution of the page before this one has told, when this one has told something', () => {
    const before = told(1_000_000, [2, 4, 7, 9]);
    const now = told(2_000_000, [2]);
    for (const order of orders([...now, ...before.slice(2)])) {
      expect(stand(heard(started(), order))).toEqual([2, [0, 4], [1, 2]]);
    }
  });

  it('leaves it also before this one has told anything, where it was granted more places than this one', () => {
    const page = started();
    const before = told(1_000_000, [2, 9]).map((report) => ({ ...report, places: 5 }));
    expect(stand(heard(page, before))).toEqual(stand(started()));
    expect(stand(heard(page, told(2_000_000, [2])))).toEqual([2, [0, 4], [1, 2]]);
  });

  it('takes what pages of earlier versions tell as it comes, and so does one that has taken older reports before', () => {
    const reports = told(0, [2, 4, 7]);
    const unnumbered = reports.map(({ turn: _turn, ...report }) => report);
    expect(stand(heard(started(), unnumbered.toReversed()))).toEqual([2, [0, 4], [1, 2]]);
    const page = started();
    for (const report of reports.toReversed()) hear(page, report, () => false);
    expect(stand(page)).toEqual([2, [0, 4], [1, 2]]);
  });
});
