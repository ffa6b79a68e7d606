import { wordsOf, type Sum } from './check-attempts.ts';
import { shown, type Findings } from './findings.ts';
import { readBalance, writeUnits, type Units } from './money.ts';

/** What a run has cost by the balances of its key and by its records; decimal Pollen. */
export interface BalanceLine {
  /** How far the balance had moved when the last call had ended, and how far it has until now. */
  readonly atEnd?: string;
  readonly now?: string;
  readonly billed: string;
  readonly unknownAtMost: string | null;
  /** What the key was charged beyond the bill, below zero where it is less; `0` where the unknown charges cover it. */
  readonly drift: string;
}

/** The balances of a run's key. */
export interface BalancesRead {
  readonly start: Units;
  readonly end?: Units;
  readonly now?: Units;
}

/** Reads the balance that an object of the run keeps; one that cannot be read is said. */
export function balanceIn(findings: Findings, object: string, content: unknown): Units | undefined {
  const { balance } = (content ?? {}) as { readonly balance?: { readonly pollen?: unknown } };
  if (balance === undefined) return undefined;
  const pollen = balance?.pollen;
  const units = typeof pollen === 'string' ? readBalance(pollen) : undefined;
  if (units === undefined) {
    findings.add('money-malformed', object, 'a balance as decimal text', shown(balance));
  }
  return units;
}

/**
 * Compares what a run's key was charged with the run's bill. At the end at least so much was charged: the rest may have
 * come a little later. By now it is no more than has gone from the balance: later use is none of the run's.
 *
 * @param sum - what the run has cost by the records
 */
export function compareBalance(
  findings: Findings,
  { start, end, now }: BalancesRead,
  sum: Sum,
): BalanceLine | undefined {
  const [atEnd, byNow] = [end, now].map((units) => (units === undefined ? undefined : start - units));
  if (atEnd === undefined && byNow === undefined) return undefined;
  // One that is above that of the end was topped up since.
  const most = byNow !== undefined && atEnd !== undefined && byNow < atEnd ? undefined : byNow;
  const bound = sum.atMost === undefined ? undefined : sum.settled + sum.atMost;
  const least = atEnd ?? byNow ?? 0n;
  const drift =
    most !== undefined && most < sum.settled
      ? most - sum.settled
      : bound !== undefined && least > bound
        ? least - bound
        : 0n;
  if (drift !== 0n) {
    const beyond = drift > 0n ? `${writeUnits(drift)} more` : `${writeUnits(-drift)} less`;
    const charged = drift > 0n ? least : (most ?? 0n);
    findings.add('meter-drift', 'balance', wordsOf(sum), `${writeUnits(charged)} Pollen charged, ${beyond}`);
  }
  return {
    ...(atEnd === undefined ? {} : { atEnd: writeUnits(atEnd) }),
    ...(byNow === undefined ? {} : { now: writeUnits(byNow) }),
    billed: writeUnits(sum.settled),
    unknownAtMost: sum.atMost === undefined ? null : writeUnits(sum.atMost),
    drift: writeUnits(drift),
  };
}
