import type { Source } from '../../report/settle-unknown.ts';
import type { OpenReason } from '../../report/settlement.ts';
import type { Reconciled } from '../bill/reconcile.ts';
import { assumptions, money, otherKey, otherRunWords, plural, utc } from './words.ts';

const reasons: Readonly<Record<Exclude<OpenReason, 'other-run'>, string>> = {
  others: 'more calls of the model were billed in those minutes than the run has made, so some are of others',
  'rows-missing':
    'the account has no row for charges of that model that are known: it is too early, it has other prices, or the key is of another account',
  'no-proof':
    'no charge that is known shows that the account, or the key, is that of the run: neither a row of it nor a balance that it has moved',
  'balance-moved':
    'the balance has moved by what the run cannot have cost: somebody else used the key, or its budget was changed',
  'balance-doubt':
    'how far the balance has moved may be a late charge of the run or other use of the key, and nothing tells which',
  'balance-shared': 'the balance tells their sum alone, and they are of several models',
  'other-key': otherKey,
};

const sources: Readonly<Record<Source, string>> = {
  usage: "by the account's billed calls",
  balance: 'by how far the balance has moved',
};

/** What reconciling has settled, and what it could not. */
export function reconciledText(reconciled: Reconciled): string {
  const { runId, before, after, settled, source, grouped, open, otherRun, assumes, tooEarlyUntil } =
    reconciled;
  const exact = assumes === undefined ? 'exact' : `exact, ${assumptions[assumes]}`;
  if (before.unknown.count === 0)
    return `${runId}: nothing to reconcile, every charge is known.\nBill: ${money(after)} (${exact})`;
  const left = Object.entries(open) as readonly (readonly [OpenReason, number])[];
  return [
    ...(tooEarlyUntil === undefined
      ? [
          `${runId}: ${settled} of ${plural(before.unknown.count, 'unknown charge')} settled${source === undefined ? '' : ` ${sources[source]}`}.`,
        ]
      : [
          `${runId}: too early. The account takes calls in some time after they were made: come back at ${utc(tooEarlyUntil)}.`,
        ]),
    ...(grouped === 0
      ? []
      : [`${grouped} of them have an exact sum, but which of them cost what is a guess by time.`]),
    ...(settled === 0 || assumes === undefined
      ? []
      : [
          `That is right ${assumptions[assumes]}: a call of another's could stand in for one that was not billed.`,
        ]),
    ...left.map(
      ([reason, count]) =>
        `${plural(count, 'charge')} left unknown: ${reason === 'other-run' ? otherRunWords(otherRun) : reasons[reason]}.`,
    ),
    `Bill: ${money(after)} (${after.unknown.count === 0 ? exact : 'estimated'})`,
  ].join('\n');
}
