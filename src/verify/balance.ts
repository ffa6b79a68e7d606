import { wordsOf, type Sum } from './check-attempts.ts';
import { shown, type Findings } from './findings.ts';
import { readBalance, writeUnits, type Units } from './money.ts';

/** What a run has cost by the own budget of its key and by its records; decimal Pollen. */
export interface BalanceLine {
  /** How far the balance had moved when the last call had ended, and how far it has until now. */
  readonly atEnd?: string;
  readonly now: string;
  readonly billed: string;
  readonly unknownAtMost: string | null;
  /** What the key was charged beyond the bill, below zero where it is less; `0` where the unknown charges cover it. */
  readonly drift: string;
}

/** Why the balance was not held against the bill: it is of another key, or another run may have moved it. */
export interface NotCompared {
  readonly reason: 'other-key' | 'other-run';
  /** One such run. */
  readonly otherRun?: string;
}

/** The balances of a run's key. */
export interface BalancesRead {
  readonly start: Units;
  readonly end?: Units;
  readonly now: Units;
}

/** Reads the balance that an object of the run keeps; one that cannot be read is said. */
export function balanceIn(findings: Findings, object: string, content: unknown): Units | undefined {
  const { balance } = (content ?? {}) as {
    readonly balance?: { readonly pollen?: unknown; readonly keyDigest?: unknown };
  };
  if (balance === undefined) return undefined;
  const pollen = balance?.pollen;
  const units = typeof pollen === 'string' ? readBalance(pollen) : undefined;
  if (units === undefined || typeof balance.keyDigest !== 'string') {
    findings.add('money-malformed', object, 'a balance as decimal text, and of which key', shown(balance));
    return undefined;
  }
  return units;
}

/**
 * Compares what a run's key was charged with the run's bill. At the end at least so much was charged: the rest may have
 * come a little later. By now it is no more than has gone from the balance: later use is none of the run's.
 *
 * @param sum - what the run has cost by the records
 */
export function compareBalance(findings: Findings, { start, end, now }: BalancesRead, sum: Sum): BalanceLine {
  const least = end === undefined ? undefined : start - end;
  const byNow = start - now;
  // One that is above that of the end was topped up since.
  const most = least !== undefined && byNow < least ? undefined : byNow;
  const bound = sum.atMost === undefined ? undefined : sum.settled + sum.atMost;
  const add = (drift: Units, charged: Units, beyond: string): void =>
    findings.add(
      'balance-drift',
      'balance',
      wordsOf(sum),
      `${writeUnits(charged)} Pollen charged, ${writeUnits(drift)} ${beyond}`,
    );
  let drift = 0n;
  if (most !== undefined && most < sum.settled) {
    drift = most - sum.settled;
    add(-drift, most, 'less');
  } else if (least !== undefined && bound !== undefined && least > bound) {
    drift = least - bound;
    add(drift, least, 'more');
  }
  return {
    ...(least === undefined ? {} : { atEnd: writeUnits(least) }),
    now: writeUnits(byNow),
    billed: writeUnits(sum.settled),
    unknownAtMost: sum.atMost === undefined ? null : writeUnits(sum.atMost),
    drift: writeUnits(drift),
  };
}
