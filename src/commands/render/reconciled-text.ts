import type { OpenReason } from '../../report/match-usage.ts';
import type { Reconciled } from '../reconcile.ts';
import { assumptions, money, plural } from './words.ts';

const reasons: Readonly<Record<OpenReason, string>> = {
  others: 'more calls of the model were billed in those minutes than the run has made, so some are of others',
  'rows-missing':
    'the account has no row for charges of that model that are known: it is too early, it has other prices, or the key is of another account',
  'no-proof':
    'the account has no row of a charge that is known, which would show that it is the account of the run',
};

/** What reconciling has settled, and what it could not. */
export function reconciledText(reconciled: Reconciled): string {
  const { runId, before, after, settled, grouped, open, assumes, tooEarlyUntil } = reconciled;
  const exact = assumes === undefined ? 'exact' : `exact, ${assumptions[assumes]}`;
  if (before.unknown.count === 0)
    return `${runId}: nothing to reconcile, every charge is known.\nBill: ${money(after)} (${exact})`;
  const left = Object.entries(open) as readonly (readonly [OpenReason, number])[];
  return [
    ...(tooEarlyUntil === undefined
      ? [
          `${runId}: ${settled} of ${plural(before.unknown.count, 'unknown charge')} settled by the account's billed calls.`,
        ]
      : [
          `${runId}: too early. The account takes calls in some time after they were made: come back at ${tooEarlyUntil.slice(0, 16)}Z.`,
        ]),
    ...(grouped === 0
      ? []
      : [`${grouped} of them have an exact sum, but which of them cost what is a guess by time.`]),
    ...(settled === 0 || assumes === undefined
      ? []
      : [
          `That is right ${assumptions[assumes]}: a row of another's call could stand in for one that was not billed.`,
        ]),
    ...left.map(([reason, count]) => `${plural(count, 'charge')} left unknown: ${reasons[reason]}.`),
    `Bill: ${money(after)} (${after.unknown.count === 0 ? exact : 'estimated'})`,
  ].join('\n');
}
