import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Balances } from '../../src/report/balance-difference.ts';
import { settleUnknown } from '../../src/report/settle-unknown.ts';
import type { Settlement } from '../../src/report/settlement.ts';
import { shareDifference } from '../../src/report/share-difference.ts';
import type { BilledCall, UnknownCall } from '../../src/report/usage-graph.ts';

const unknown = (name: string, changes: Partial<UnknownCall> = {}): UnknownCall => ({
  kind: 'text',
  model: 'openai',
  from: 0,
  to: 100,
  name,
  atMost: 50n,
  ...changes,
});
const picture = (name: string, changes: Partial<UnknownCall> = {}): UnknownCall =>
  unknown(name, { kind: 'image', model: 'flux', atMost: 20n, isPrice: true, ...changes });
const amounts = (told: readonly Settlement[]) => told.map((one) => ('open' in one ? one.open : one.amount));

describe('a sum that is known', () => {
  it('is what one unknown call was billed', () => {
    expect(shareDifference([unknown('a')], 13n)).toEqual([{ amount: 13n }]);
    expect(shareDifference([unknown('a', { atMost: undefined })], 700n)).toEqual([{ amount: 700n }]);
  });

  it('says that none was billed, or each at its bound, of whatever models', () => {
    const calls = [unknown('a'), unknown('b', { model: 'mistral' }), picture('c')];
    expect(shareDifference(calls, 0n)).toEqual(calls.map(() => ({ amount: 0n })));
    expect(shareDifference(calls, 120n)).toEqual([50n, 50n, 20n].map((amount) => ({ amount })));
  });

  it('is that of the calls of one model, with a guess in the order of time', () => {
    const calls = [unknown('late', { from: 5 }), unknown('early'), unknown('middle', { from: 2 })];
    expect(shareDifference(calls, 60n)).toEqual([
      { amount: 0n, group: 1 },
      { amount: 50n, group: 1 },
      { amount: 10n, group: 1 },
    ]);
    // Attempts of one call have one bill, and nothing is guessed of it.
    expect(shareDifference([unknown('a'), unknown('a')], 60n)).toEqual([{ amount: 50n }, { amount: 10n }]);
  });

  it('settles of several models what every way of sharing it out agrees on', () => {
    const calls = [unknown('a'), picture('b'), picture('c')];
    // The text alone can have no more than 5, so one picture was billed, and nobody knows which.
    expect(shareDifference([unknown('a', { atMost: 5n }), picture('b'), picture('c')], 24n)).toEqual([
      { amount: 4n },
      { amount: 20n, group: 1 },
      { amount: 0n, group: 1 },
    ]);
    expect(shareDifference(calls, 24n)).toEqual(calls.map(() => ({ open: 'balance-shared' })));
    expect(shareDifference(calls, 85n)).toEqual([{ amount: 45n }, { amount: 20n }, { amount: 20n }]);
    const prices = [picture('a'), picture('b', { model: 'turbo', atMost: 3n })];
    expect(shareDifference(prices, 3n)).toEqual([{ amount: 0n }, { amount: 3n }]);
  });

  it('is shared out once among calls of one model without a bound, whatever is known of their answers', () => {
    const [answered, lost] = [
      unknown('a', { atMost: undefined, isPrice: true }),
      unknown('b', { atMost: undefined }),
    ];
    expect(shareDifference([answered, lost], 100n)).toEqual([
      { amount: 100n, group: 1 },
      { amount: 0n, group: 1 },
    ]);
  });

  it('settles nothing where no calls of these prices can come to it', () => {
    const calls = [picture('a'), picture('b')];
    expect(shareDifference(calls, 21n)).toEqual(calls.map(() => ({ open: 'balance-moved' })));
  });

  it('is looked into for any number of calls, with bounds in place of prices where there are too many ways', () => {
    const models = Array.from({ length: 18 }, (_, index) =>
      picture(`${index}`, { model: `m${index}`, atMost: 3n }),
    );
    expect(shareDifference(models, 54n)).toEqual(models.map(() => ({ amount: 3n })));
    expect(shareDifference(models, 53n)).toEqual(models.map(() => ({ open: 'balance-shared' })));
  });
});

describe('unknown charges', () => {
  const known = { kind: 'text', model: 'openai', from: 0, to: 100, amount: 7n } as const;
  const row = (amount: bigint): BilledCall => ({
    at: 50,
    kind: 'text',
    model: 'openai',
    amount,
    promptUnits: 10,
  });
  const own = { settled: 7n, known: [known], unknown: [unknown('a')] };
  const moved = (cost: bigint): Balances => ({ start: 1_000n, end: 1_000n - cost, now: 1_000n - cost });

  it('are settled by billed calls where these are told', () => {
    expect(settleUnknown(own, { source: 'usage', rows: [row(7n), row(9n)] })).toEqual([
      { amount: 9n, row: 1 },
    ]);
    const rows = [row(7n), row(9n), row(11n)];
    expect(amounts(settleUnknown(own, { source: 'usage', rows }))).toEqual(['others']);
  });

  it('are settled by how far the balance has moved beyond what is known', () => {
    expect(settleUnknown(own, { source: 'balance', balances: moved(16n) })).toEqual([{ amount: 9n }]);
    expect(amounts(settleUnknown(own, { source: 'balance', balances: moved(90n) }))).toEqual([
      'balance-moved',
    ]);
  });

  it('stay as they are, each for the reason why the balance is no evidence', () => {
    expect(amounts(settleUnknown(own, { source: 'balance', open: 'other-key' }))).toEqual(['other-key']);
  });
});

const lostCall = fc
  .record({
    name: fc.constantFrom('a', 'b', 'c', 'd'),
    model: fc.constantFrom('openai', 'mistral', 'flux'),
    from: fc.nat({ max: 5 }),
    atMost: fc.option(fc.bigInt({ min: 1n, max: 6n }), { nil: undefined, freq: 8 }),
    isPrice: fc.boolean(),
    part: fc.nat({ max: 6 }),
    isLate: fc.boolean(),
  })
  .map(({ isPrice, part, isLate, ...one }) => {
    const isFixed = isPrice && one.atMost !== undefined;
    const priced = isPrice ? { isPrice } : {};
    const most = one.atMost ?? 9n;
    const billed = isFixed ? (part > 3 ? most : 0n) : BigInt(part) > most ? most : BigInt(part);
    return { call: unknown(one.name, { ...one, ...priced }), billed, isLate };
  });
const world = fc.record({
  lost: fc.array(lostCall, { minLength: 1, maxLength: 6 }),
  settled: fc.bigInt({ min: 0n, max: 12n }),
  /** Of what is known, charged after the reading at the end. */
  late: fc.bigInt({ min: 0n, max: 12n }),
  hasEnd: fc.boolean(),
});

type World = typeof world extends fc.Arbitrary<infer Value> ? Value : never;

/** Settles a world by its balances, of which `during` and `since` have gone besides. */
function settle(
  { lost, settled, late, hasEnd }: World,
  { during = 0n, since = 0n }: { readonly during?: bigint; readonly since?: bigint } = {},
): readonly Settlement[] {
  const billed = lost.reduce((sum, one) => sum + one.billed, settled) + during;
  const after = lost.reduce((sum, one) => sum + (one.isLate ? one.billed : 0n), late < settled ? late : 0n);
  const balances = {
    start: 100n,
    ...(hasEnd ? { end: 100n - billed + after } : {}),
    now: 100n - billed - since,
  };
  const unknowns = lost.map(({ call }) => call);
  return settleUnknown({ settled, known: [], unknown: unknowns }, { source: 'balance', balances });
}

/** Sums that are said to be exact: of calls, and of the groups in which only the sum is. */
function expectTruth({ lost }: World, told: readonly Settlement[]): void {
  const sums = new Map<string, { said: bigint; true: bigint }>();
  for (const [index, settlement] of told.entries()) {
    const { call, billed } = lost[index] ?? expect.fail('a call for each');
    if ('open' in settlement) continue;
    expect(settlement.amount).toBeLessThanOrEqual(call.atMost ?? 1_000n);
    const name = `${settlement.group ?? `${call.model} ${call.name}`}`;
    const sum = sums.get(name) ?? { said: 0n, true: 0n };
    sums.set(name, { said: sum.said + settlement.amount, true: sum.true + billed });
  }
  for (const sum of sums.values()) expect(sum.said).toBe(sum.true);
  const total = told.reduce((sum, one) => sum + ('open' in one ? 0n : one.amount), 0n);
  const billed = lost.reduce((sum, one) => sum + one.billed, 0n);
  if (told.every((one) => !('open' in one))) expect(total).toBe(billed);
  expect(total).toBeLessThanOrEqual(billed);
}

describe('whatever was billed, late or not', () => {
  it('what a balance settles is the truth, where nobody else used the key', () => {
    fc.assert(
      fc.property(world, (one) => expectTruth(one, settle(one))),
      { numRuns: 5_000 },
    );
  });

  it('one lost call is settled by a balance that has moved, where nothing was charged after the end', () => {
    fc.assert(
      fc.property(world, lostCall, (one, lost) => {
        const own: World = { ...one, lost: [{ ...lost, isLate: false }], late: 0n, hasEnd: true };
        fc.pre(own.settled + lost.billed > 0n);
        expect(amounts(settle(own))).toEqual([lost.billed]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('later use of the key and top-ups settle nothing wrongly, where all was charged at the end', () => {
    fc.assert(
      fc.property(world, fc.bigInt({ min: -30n, max: 30n }), (one, since) => {
        const lost = one.lost.map((call) => ({ ...call, isLate: false }));
        const own: World = { ...one, lost, late: 0n, hasEnd: true };
        expectTruth(own, settle(own, { since }));
      }),
      { numRuns: 5_000 },
    );
  });

  it('later use settles nothing wrongly either, where no balance of the end was kept', () => {
    fc.assert(
      fc.property(world, fc.bigInt({ min: 0n, max: 30n }), (one, since) => {
        const own: World = { ...one, hasEnd: false };
        expectTruth(own, settle(own, { since }));
      }),
      { numRuns: 5_000 },
    );
  });

  it('other use and top-ups while the run goes on settle nothing, where it cannot have cost that', () => {
    fc.assert(
      fc.property(world, fc.bigInt({ min: -30n, max: 30n }), (one, during) => {
        const billed = one.lost.reduce((sum, { billed: own }) => sum + own, 0n) + during;
        const isBounded = one.lost.every(({ call }) => call.atMost !== undefined);
        const most = one.lost.reduce((sum, { call }) => sum + (call.atMost ?? 0n), 0n);
        fc.pre(billed < 0n || (isBounded && billed > most));
        // Late charges make the reading at the end smaller: it is another one then that may be possible.
        const onTime: World = {
          ...one,
          late: 0n,
          lost: one.lost.map((call) => ({ ...call, isLate: false })),
        };
        for (const settlement of settle(onTime, { during })) expect(settlement).toHaveProperty('open');
      }),
      { numRuns: 5_000 },
    );
  });
});
