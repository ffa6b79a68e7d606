import type { OpenReason } from '../../report/settlement.ts';
import type { Reconciled } from '../reconcile.ts';
import { assumptions, money, plural } from './words.ts';

const reasons: Readonly<Record<OpenReason, string>> = {
  others: 'more calls of the model were billed in those minutes than the run has made, so some are of others',
  'rows-missing':
    'the account has no row for charges of that model that are known: it is too early, it has other prices, or the key is of another account',
  'no-proof':
    'neither a row of a charge that is known nor a balance that has moved shows that the account is that of the run',
  disagree:
    'the billed calls and the balance tell different sums, so somebody else used the key, or it was topped up, meanwhile',
  'balance-moved':
    'the balance has moved by what the run cannot have cost: somebody else used the key, or it was topped up',
  'balance-doubt':
    'the balance has gone on moving after the run, and nothing tells whether a late charge of the run or other use of the key did that',
  'balance-shared': 'the balance tells their sum alone, and they are of several models',
};

/** What reconciling has settled, and what it could not. */
export function reconciledText(reconciled: Reconciled): string {
  const { runId, before, after, settled, byBalance, grouped, open, assumes, tooEarlyUntil } = reconciled;
  const exact = assumes === undefined ? 'exact' : `exact, ${assumptions[assumes]}`;
  if (before.unknown.count === 0)
    return `${runId}: nothing to reconcile, every charge is known.\nBill: ${money(after)} (${exact})`;
  const left = Object.entries(open) as readonly (readonly [OpenReason, number])[];
  return [
    ...(tooEarlyUntil === undefined
      ? [
          `${runId}: ${settled} of ${plural(before.unknown.count, 'unknown charge')} settled${sources(settled, byBalance)}.`,
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
          `That is right ${assumptions[assumes]}: a call of another's could stand in for one that was not billed.`,
        ]),
    ...left.map(([reason, count]) => `${plural(count, 'charge')} left unknown: ${reasons[reason]}.`),
    `Bill: ${money(after)} (${after.unknown.count === 0 ? exact : 'estimated'})`,
  ].join('\n');
}

function sources(settled: number, byBalance: number): string {
  const usage = "by the account's billed calls";
  const balance = 'by how far the balance has moved';
  if (settled === 0) return '';
  if (byBalance === 0) return ` ${usage}`;
  return byBalance === settled
    ? ` ${balance}`
    : `, ${settled - byBalance} ${usage} and ${byBalance} ${balance}`;
}
