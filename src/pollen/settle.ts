import { type Amount, formatAmount } from './amount.ts';

/**
 * What a cache header says about money.
 *
 * - `exact`: a hit is never billed, and every generation is in the cache, even one whose answer was lost
 * - `paid-hit`: the paying answer may come from the cache as well
 * - `none`: nothing is shared between requests, every generation is billed on its own
 */
export type CacheMode = 'exact' | 'paid-hit' | 'none';

/** `exact`: billed just so. `free`: not billed. `unknown`: may have been billed, up to the amount. */
export type Certainty = 'exact' | 'free' | 'unknown';

export interface Charge {
  /** Decimal Pollen; for `unknown` the most it can be, or `null` when nothing bounds it. */
  readonly amount: string | null;
  readonly certainty: Certainty;
}

/** The `X-Cache` header of an answer. */
export interface CacheStatus {
  readonly status: 'hit' | 'miss' | 'absent';
  /** `X-Cache-Type`, where there was one: `EXACT`, `DEDUP`, `GENERATED`, `COALESCED`, `SEMANTIC`. */
  readonly type?: string;
}

export interface AnswerToSettle {
  readonly mode: CacheMode;
  /** Price of the answer's usage; `undefined` when nothing tells it. */
  readonly price: Amount | undefined;
  readonly cache: CacheStatus;
  /** Whether an earlier attempt of ours sent the same request and lost its answer. */
  readonly earlierIntent: boolean;
  /** Whether others may send the same request, so that a hit need not be of our own generation. */
  readonly sharedDigest: boolean;
}

const FREE: Charge = { amount: '0', certainty: 'free' };

/**
 * Books one whole answer. A hit after a lost attempt of our own is the answer that attempt was billed for, so it
 * costs its price, once; every other hit follows the {@link CacheMode}.
 */
export function settleAnswer({ mode, price, cache, earlierIntent, sharedDigest }: AnswerToSettle): Charge {
  if (cache.status !== 'hit') return exact(price);
  switch (mode) {
    case 'none':
      return FREE;
    case 'exact':
      if (!earlierIntent || isSimilar(cache)) return FREE;
      return sharedDigest ? unknown(price) : exact(price);
    case 'paid-hit':
      if (cache.type === 'GENERATED') return exact(price);
      // These come from a generation of somebody else's, unless ours was lost: then it may be that one.
      return FREE_TYPES.has(cache.type ?? '') && !earlierIntent ? FREE : unknown(price);
  }
}

const FREE_TYPES: ReadonlySet<string> = new Set(['COALESCED', 'EXACT', 'DEDUP']);

// An answer to another request that reads alike: it tells nothing about a generation of this one.
function isSimilar({ status, type }: CacheStatus): boolean {
  return status === 'hit' && type === 'SEMANTIC';
}

/** Books a lost answer on its own: unknown up to the maximum, in every mode, for the generation may go on. */
export function settleLost({
  maximum,
}: {
  readonly mode: CacheMode;
  readonly maximum: Amount | undefined;
}): Charge {
  return unknown(maximum);
}

/** How an attempt at a request ended, as far as money goes. */
export type AttemptResult =
  /** A whole answer came, right or wrong; `price` is that of its usage. */
  | { readonly kind: 'answered'; readonly price: Amount | undefined; readonly cache: CacheStatus }
  /** It was or may have been sent, and its answer is lost. */
  | { readonly kind: 'lost'; readonly maximum: Amount | undefined }
  /** Certainly not billed: never sent, or refused. */
  | { readonly kind: 'refused' };

/**
 * Books the attempts of one request in their order, one charge for each. A later answer settles the lost attempts
 * before it where it proves what became of them:
 *
 * - a hit is that one generation, which the answer's own charge covers (`exact` and `paid-hit`)
 * - a miss shows that there was no generation to find (`exact` alone, where every generation is kept)
 *
 * By the same proof one that is lost after it was a replay, and free. Without proof a lost attempt stays unknown.
 * Where attempts share the one generation it is charged once, so that of several that were lost the first alone may be.
 */
export function settleAttempts({
  mode,
  sharedDigest,
  attempts,
}: {
  readonly mode: CacheMode;
  readonly sharedDigest: boolean;
  readonly attempts: readonly AttemptResult[];
}): readonly Charge[] {
  const charges: Charge[] = [];
  let lost: number[] = [];
  let isBooked = false;
  let isKept = false;
  for (const attempt of attempts) {
    switch (attempt.kind) {
      case 'refused':
        charges.push(FREE);
        break;
      case 'lost':
        if (isKept || (mode !== 'none' && lost.length > 0)) charges.push(FREE);
        else {
          lost.push(charges.length);
          charges.push(settleLost({ mode, maximum: attempt.maximum }));
        }
        break;
      case 'answered': {
        const { cache, price } = attempt;
        // One generation is paid once: a hit after a booked answer replays it.
        const isReplay = isBooked && cache.status === 'hit' && cache.type !== 'GENERATED';
        const earlierIntent = lost.length > 0;
        charges.push(isReplay ? FREE : settleAnswer({ mode, price, cache, earlierIntent, sharedDigest }));
        if (isSimilar(cache)) break;
        if (isInCache(mode, cache)) {
          for (const index of lost) charges[index] = FREE;
          isKept = true;
        }
        isBooked = true;
        lost = [];
        break;
      }
    }
  }
  return charges;
}

/**
 * Books an answer that came after another one had become the result of its call: where the two are one generation, it
 * is booked with the other. A result that came of the cache and was free has not paid for what this one generated.
 *
 * @param own - what it costs by itself
 * @param results - the answers that are booked, with what they cost
 */
export function settleOvertaken({
  mode,
  own,
  cache,
  results,
}: {
  readonly mode: CacheMode;
  readonly own: Charge;
  readonly cache: CacheStatus;
  readonly results: readonly { readonly cache: CacheStatus; readonly charge: Charge }[];
}): Charge {
  const isOne = ({ cache: result, charge }: (typeof results)[number]): boolean =>
    cache.status === 'hit' || (result.status === 'hit' && charge.certainty !== 'free');
  return mode !== 'none' && results.some(isOne) ? FREE : own;
}

// Whether the answer is the one generation that there is: every other attempt was or will be given the same.
function isInCache(mode: CacheMode, cache: CacheStatus): boolean {
  if (mode === 'none') return false;
  return cache.status === 'hit' || (mode === 'exact' && cache.status === 'miss');
}

function exact(price: Amount | undefined): Charge {
  return price === undefined ? unknown(price) : { amount: formatAmount(price), certainty: 'exact' };
}

function unknown(atMost: Amount | undefined): Charge {
  if (atMost === 0n) return FREE;
  return { amount: atMost === undefined ? null : formatAmount(atMost), certainty: 'unknown' };
}
