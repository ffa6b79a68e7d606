import { PollenBatchError } from '../errors.ts';
import { isObject } from '../json.ts';
import type { Charge } from '../pollen/settle.ts';
import { runKeys, type CallPart, type RunLocation } from '../storage/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';

/**
 * What a correction rests on: `sole-use`, that nobody else used the account whose billed calls told it while the run made its
 * calls; for a balance, that nobody else used the key or changed its budget, from the first call on until it was read last.
 */
export type Assumption = 'sole-use';

/** Which attempt of a run it was. */
export interface AttemptName extends Partial<CallPart> {
  readonly number: number;
  readonly attempt: number;
}

/** An attempt whose charge was unknown, and is known since. */
export interface SettledAttempt extends AttemptName {
  readonly id: string;
  readonly was: Charge;
  readonly now: Charge;
  /** Attempts of one correction with the same number have an exact sum; which of them cost what is a guess by time. */
  readonly group?: number;
}

/** `corrections/00001.json`: charges that were settled after the end. Records are never edited; a bill lays these over them. */
export interface Correction {
  readonly version: 1;
  readonly runId: string;
  /** ISO 8601. */
  readonly at: string;
  /** What told the charges: the account's billed calls, or how far the balance of the run's key has moved. */
  readonly source: 'usage' | 'balance';
  /** Absent in corrections of earlier versions, which rest on it as well. */
  readonly assumes?: Assumption;
  readonly settled: readonly SettledAttempt[];
}

/** Gives the charge of an attempt as it is known now; is asked once for each. */
export type Correct = (attempt: AttemptName, charge: Charge) => Charge;

/**
 * Reads the corrections of a run, the oldest first.
 *
 * @throws PollenBatchError `store-unusable` where one is damaged
 */
export async function readCorrections(store: ObjectStore, run: RunLocation): Promise<readonly Correction[]> {
  const found: Correction[] = [];
  for await (const { key } of store.list(runKeys(run).corrections)) {
    const object = await store.get(key);
    if (object !== undefined) found.push(parse(key, object.body));
  }
  return found;
}

/**
 * Writes the next correction of a run.
 *
 * @param known - how many there were when it was made
 * @returns whether it was written; `false` where another one came first, which this one does not know of
 */
export async function writeCorrection(
  store: ObjectStore,
  run: RunLocation,
  correction: Correction,
  known: number,
): Promise<boolean> {
  const key = runKeys(run).correction(known + 1);
  const result = await store.putOnce(key, `${JSON.stringify(correction)}\n`, {
    contentType: 'application/json',
  });
  return result.stored || result.same;
}

/** Lays corrections over the charges of attempts. What is not unknown, or was something else, stays as it is. */
export function layOver(corrections: readonly Correction[]): Correct {
  const settled = new Map<string, SettledAttempt[]>();
  for (const one of corrections.flatMap((correction) => correction.settled)) {
    settled.set(nameOf(one), [...(settled.get(nameOf(one)) ?? []), one]);
  }
  return (attempt, charge) => {
    if (charge.certainty !== 'unknown') return charge;
    const open = settled.get(nameOf(attempt)) ?? [];
    const index = open.findIndex(({ was }) => was.amount === charge.amount);
    return open.splice(index, index < 0 ? 0 : 1)[0]?.now ?? charge;
  };
}

/** What a bill rests on that corrections are laid over; nothing where there are none. */
export function assumptionOf(corrections: readonly Correction[]): { readonly assumes?: Assumption } {
  return corrections.length === 0 ? {} : { assumes: 'sole-use' };
}

function nameOf({ number, step, index, repair, attempt }: AttemptName): string {
  return [number, step, index, repair, attempt].join('/');
}

function parse(key: string, body: Uint8Array): Correction {
  let content: unknown;
  try {
    content = JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    throw damaged(key);
  }
  if (!isObject(content) || !Array.isArray(content['settled']) || !content['settled'].every(isSettled)) {
    throw damaged(key);
  }
  return content as unknown as Correction;
}

function isSettled(one: unknown): boolean {
  return isObject(one) && typeof one['attempt'] === 'number' && isObject(one['was']) && isObject(one['now']);
}

function damaged(key: string): PollenBatchError {
  return new PollenBatchError('store-unusable', `${key} is no correction of a bill`, {
    remedy: 'Look for who changed the bucket; corrections are written once, by `reconcile`.',
  });
}
