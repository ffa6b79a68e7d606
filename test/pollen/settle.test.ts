import { describe, expect, it } from 'vitest';
import {
  type AttemptResult,
  type CacheMode,
  type CacheStatus,
  settleAnswer,
  settleAttempts,
  settleLost,
} from '../../src/pollen/settle.ts';

const price = 91_770n;
const exact = { amount: '0.0009177', certainty: 'exact' };
const free = { amount: '0', certainty: 'free' };
const upToPrice = { amount: '0.0009177', certainty: 'unknown' };
const upToMaximum = { amount: '0.01', certainty: 'unknown' };

const miss: CacheStatus = { status: 'miss' };
const absent: CacheStatus = { status: 'absent' };
const hit = (type?: string): CacheStatus => ({ status: 'hit', ...(type !== undefined && { type }) });

describe('settling one answer', () => {
  const settle = (
    mode: CacheMode,
    cache: CacheStatus,
    { earlierIntent = false, sharedDigest = false } = {},
  ): unknown => settleAnswer({ mode, price, cache, earlierIntent, sharedDigest });

  it.each(['exact', 'paid-hit', 'none'] as const)(
    'books an answer that was generated exactly (%s)',
    (mode) => {
      expect(settle(mode, miss)).toEqual(exact);
      expect(settle(mode, absent)).toEqual(exact);
      expect(settle(mode, miss, { earlierIntent: true })).toEqual(exact);
    },
  );

  it('books a hit on a first attempt as free where hits are never billed', () => {
    expect(settle('exact', hit())).toEqual(free);
    expect(settle('none', hit('EXACT'))).toEqual(free);
  });

  it('books a hit after a lost attempt of our own at its price', () => {
    expect(settle('exact', hit(), { earlierIntent: true })).toEqual(exact);
    expect(settle('exact', hit('DEDUP'), { earlierIntent: true })).toEqual(exact);
  });

  it('leaves a hit after a lost attempt open where others send the same request', () => {
    expect(settle('exact', hit(), { earlierIntent: true, sharedDigest: true })).toEqual(upToPrice);
  });

  it.each([
    [undefined, upToPrice],
    ['GENERATED', exact],
    ['COALESCED', free],
    ['EXACT', free],
    ['DEDUP', free],
    ['SEMANTIC', upToPrice],
  ])('books a hit of type %s where the paying answer is a hit too', (type, charge) => {
    expect(settle('paid-hit', hit(type))).toEqual(charge);
  });

  it('does not call a cached answer free when the lost attempt may have made it', () => {
    expect(settle('paid-hit', hit('EXACT'), { earlierIntent: true })).toEqual(upToPrice);
    expect(settle('paid-hit', hit('GENERATED'), { earlierIntent: true })).toEqual(exact);
  });

  it('says unknown without a bound when nothing tells the price', () => {
    expect(
      settleAnswer({
        mode: 'exact',
        price: undefined,
        cache: miss,
        earlierIntent: false,
        sharedDigest: false,
      }),
    ).toEqual({ amount: null, certainty: 'unknown' });
  });
});

describe('settling a lost answer', () => {
  it('is unknown up to the maximum, and never zero', () => {
    expect(settleLost({ mode: 'exact', maximum: 1_000_000n })).toEqual(upToMaximum);
    expect(settleLost({ mode: 'none', maximum: undefined })).toEqual({ amount: null, certainty: 'unknown' });
  });

  it('is free for a model that costs nothing', () => {
    expect(settleLost({ mode: 'none', maximum: 0n })).toEqual(free);
  });
});

describe('settling all attempts of a request', () => {
  const lost: AttemptResult = { kind: 'lost', maximum: 1_000_000n };
  const refused: AttemptResult = { kind: 'refused' };
  const answered = (cache: CacheStatus): AttemptResult => ({ kind: 'answered', price, cache });

  const table: readonly (readonly [
    string,
    CacheMode,
    boolean,
    readonly AttemptResult[],
    readonly unknown[],
  ])[] = [
    ['a first answer', 'exact', false, [answered(miss)], [exact]],
    [
      'refusals before it cost nothing',
      'exact',
      false,
      [refused, refused, answered(miss)],
      [free, free, exact],
    ],
    ['a hit is the lost generation', 'exact', false, [lost, answered(hit())], [free, exact]],
    [
      'a hit after two losses is paid once',
      'exact',
      false,
      [lost, lost, answered(hit())],
      [free, free, exact],
    ],
    ['a miss proves that nothing was made', 'exact', false, [lost, answered(miss)], [free, exact]],
    ['no cache header proves nothing', 'exact', false, [lost, answered(absent)], [upToMaximum, exact]],
    ['others may have made the hit', 'exact', true, [lost, answered(hit())], [free, upToPrice]],
    ['a lost answer alone stays unknown', 'exact', false, [lost, refused], [upToMaximum, free]],
    ['a replay of a booked answer is free', 'exact', false, [answered(miss), answered(hit())], [exact, free]],
    [
      'a loss after a booked answer is a replay too',
      'exact',
      false,
      [answered(miss), lost, answered(hit())],
      [exact, free, free],
    ],
    ['and is so if no other answer comes', 'exact', false, [lost, answered(miss), lost], [free, exact, free]],
    [
      'a hit of a request that reads alike settles nothing',
      'exact',
      false,
      [lost, answered(hit('SEMANTIC')), answered(hit('EXACT'))],
      [free, free, exact],
    ],
    ['and leaves the loss open', 'exact', false, [lost, answered(hit('SEMANTIC'))], [upToMaximum, free]],
    ['a paid hit covers the loss', 'paid-hit', false, [lost, answered(hit())], [free, upToPrice]],
    ['a miss proves less there', 'paid-hit', false, [lost, answered(miss)], [upToMaximum, exact]],
    ['a replay is free there too', 'paid-hit', false, [answered(hit()), answered(hit())], [upToPrice, free]],
    ['and a loss after it', 'paid-hit', false, [answered(hit()), lost], [upToPrice, free]],
    [
      'what is generated again is paid again',
      'paid-hit',
      false,
      [answered(hit('GENERATED')), answered(hit('GENERATED'))],
      [exact, exact],
    ],
    ['a loss after an answer is a sending too', 'none', false, [answered(miss), lost], [exact, upToMaximum]],
    ['every sending is billed', 'none', false, [lost, answered(miss)], [upToMaximum, exact]],
    ['and hits settle nothing', 'none', false, [lost, answered(hit())], [upToMaximum, free]],
  ];

  it.each(table)('%s (%s)', (_, mode, sharedDigest, attempts, charges) => {
    expect(settleAttempts({ mode, sharedDigest, attempts })).toEqual(charges);
  });
});
