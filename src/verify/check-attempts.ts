import type { Plan } from '../plan/plan.ts';
import type { AttemptRecord, ItemCost, SucceededRecord } from '../records/record.ts';
import { shown, type Findings } from './findings.ts';
import { priceOf, readUnits, writeUnits, type Units } from './money.ts';

/** What a set of attempts comes to. */
export interface Sum {
  readonly settled: Units;
  readonly count: number;
  /** `undefined` where one of them has no bound. */
  readonly atMost: Units | undefined;
}

/** Attempts that have cost nothing. */
export const noSum: Sum = { settled: 0n, count: 0, atMost: 0n };

/** Adds two sums. */
export function addSums(left: Sum, right: Sum): Sum {
  return {
    settled: left.settled + right.settled,
    count: left.count + right.count,
    atMost: left.atMost === undefined || right.atMost === undefined ? undefined : left.atMost + right.atMost,
  };
}

/** A sum as records have it. */
export function costOf({ settled, count, atMost }: Sum): ItemCost {
  return {
    settled: writeUnits(settled),
    unknown: { count, atMost: atMost === undefined ? null : writeUnits(atMost) },
  };
}

/** Reads a cost; `undefined` where it is none. */
export function sumOfCost(cost: unknown): Sum | undefined {
  const { settled, unknown } = (cost ?? {}) as Partial<ItemCost>;
  const [known, bound] = [readUnits(settled), readUnits(unknown?.atMost)];
  if (known === undefined || typeof unknown?.count !== 'number') return undefined;
  if (bound === undefined && unknown.atMost !== null) return undefined;
  return { settled: known, count: unknown.count, atMost: bound };
}

/** Adds up what attempts have cost; `undefined` where one of them has no charge that can be read. */
export function sumOfAttempts(attempts: readonly AttemptRecord[]): Sum | undefined {
  let sum = noSum;
  for (const { charge } of attempts) {
    const { amount, certainty } = (charge ?? {}) as Partial<AttemptRecord['charge']>;
    const units = readUnits(amount);
    if (certainty === 'unknown' && (units !== undefined || amount === null)) {
      sum = addSums(sum, { settled: 0n, count: 1, atMost: units });
    } else if (certainty === 'exact' && units !== undefined) {
      sum = addSums(sum, { settled: units, count: 0, atMost: 0n });
    } else if (certainty !== 'free' || units !== 0n) return undefined;
  }
  return sum;
}

/** An attempt; records of earlier versions do not say what it has used. */
type Attempt = AttemptRecord & { readonly usage?: SucceededRecord['usage'] };

/** What attempts were made at, where it is known. */
export interface Paid {
  readonly kind: 'text' | 'image';
  readonly model: string;
  /** Of the answer that counts. */
  readonly usage?: SucceededRecord['usage'];
  /** Others may have sent the same bytes. */
  readonly shared: boolean;
  /** Most that one of them can cost. */
  readonly maximum?: string | null;
}

/** Checks that attempts add up to a cost, and that each charge is what its own usage and answer say. */
export function checkAttempts(
  findings: Findings,
  object: string,
  plan: Plan,
  { attempts, cost }: { readonly attempts: readonly AttemptRecord[]; readonly cost: ItemCost },
  paid: Paid | undefined,
): void {
  const [sum, told] = [sumOfAttempts(attempts), sumOfCost(cost)];
  if (sum === undefined) {
    const wrong = attempts.find((attempt) => sumOfAttempts([attempt]) === undefined);
    findings.add('money-malformed', object, 'a charge as decimal text', shown(wrong?.charge));
  }
  if (told === undefined) findings.add('money-malformed', object, 'a cost as decimal text', shown(cost));
  if (sum !== undefined && told !== undefined && !isSame(sum, told)) {
    findings.add('sum-wrong', object, `attempts that come to ${wordsOf(sum)}`, wordsOf(told));
  }
  checkOnce(findings, object, attempts);
  if (paid !== undefined) checkCharges(findings, object, plan, attempts, paid);
}

/** Checks that no attempt is listed twice; those that a lost worker took along have no time to tell them apart by. */
export function checkOnce(findings: Findings, object: string, attempts: readonly AttemptRecord[]): void {
  const names = new Set<string>();
  for (const { attempt, at, step, index, repair } of attempts) {
    if (at === undefined) continue;
    const name = [step, index, repair, attempt, at].join('/');
    if (names.has(name)) {
      findings.add('attempt-doubled', object, `attempt ${attempt} of ${at} once`, 'it is there again');
    }
    names.add(name);
  }
}

/** Whether two sums are one, to the last 1e-8. */
export function isSame(left: Sum, right: Sum): boolean {
  return left.settled === right.settled && left.count === right.count && left.atMost === right.atMost;
}

/** A sum in words. */
export function wordsOf({ settled, count, atMost }: Sum): string {
  const bound = atMost === undefined ? 'without a bound' : `at most ${writeUnits(atMost)}`;
  return `${writeUnits(settled)} Pollen${count === 0 ? '' : ` and ${count} unknown, ${bound}`}`;
}

function checkCharges(
  findings: Findings,
  object: string,
  plan: Plan,
  attempts: readonly Attempt[],
  paid: Paid,
): void {
  const answers = attempts.filter(({ code }) => code === 'answered');
  for (const attempt of attempts) {
    const { code, charge, cache } = attempt;
    const usage = attempt.usage ?? (answers.length === 1 && code === 'answered' ? paid.usage : undefined);
    const say = (expected: string): void =>
      findings.add('charge-wrong', object, `attempt ${attempt.attempt}: ${expected}`, shown(charge));
    const price = usage && priceOfCall(plan, paid, usage);
    if (price !== undefined && charge?.certainty === 'exact' && readUnits(charge.amount) !== price) {
      say(`${writeUnits(price)} Pollen for ${shown(usage)}`);
    }
    const isKnown = attempts.slice(0, attempts.indexOf(attempt)).every(isNotLost);
    if (cache?.status === 'hit') {
      const isFree = plan.api.cacheMode === 'exact' && !paid.shared && isKnown;
      if (isFree && charge?.certainty !== 'free') {
        say('free, since the cache has answered, and no answer was lost before');
      }
    } else if (
      code === 'answered' &&
      cache !== undefined &&
      (price ?? 0n) > 0n &&
      charge?.certainty === 'free'
    ) {
      say(`${writeUnits(price ?? 0n)} Pollen, since no cache has answered`);
    }
    const bound = readUnits(paid.maximum);
    const amount = readUnits(charge?.amount);
    const isOver = bound !== undefined && amount !== undefined && amount > bound;
    if (charge?.certainty === 'unknown' && code !== 'answered' && isOver) {
      say(`unknown up to ${writeUnits(bound)} Pollen, the most of such a call`);
    }
  }
}

// An answer that came, or an error of which the API says that it is one: no generation may have been billed beside it.
function isNotLost({ code, status = 0, usage }: Attempt): boolean {
  return code === 'answered' || usage !== undefined || (status >= 300 && status < 500);
}

/** What a call costs by what its answer has used, at the prices of the plan; `undefined` where nothing tells it. */
export function priceOfCall(
  plan: Plan,
  { kind, model }: Pick<Paid, 'kind' | 'model'>,
  usage: SucceededRecord['usage'],
): Units | undefined {
  const known = plan.prices.filter((price) => price.kind === kind);
  const rates = (
    known.find((price) => price.model === model) ?? known.find((price) => price.aliases.includes(model))
  )?.rates;
  // The ledger rounded every product up to January 2026, and the sum since.
  return rates === undefined ? undefined : priceOf(kind, usage, rates, plan.api.dialect !== 'gen');
}
