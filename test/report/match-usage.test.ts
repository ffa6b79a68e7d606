import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { matchUsage } from '../../src/report/match-usage.ts';
import type { Settlement } from '../../src/report/settlement.ts';
import type { BilledCall, KnownCall, UnknownCall } from '../../src/report/usage-graph.ts';

const sent = { kind: 'text', model: 'openai', from: 0, to: 100 } as const;
const known = (amount: bigint, changes: Partial<KnownCall> = {}): KnownCall => ({
  ...sent,
  amount,
  ...changes,
});
const unknown = (name: string, changes: Partial<UnknownCall> = {}): UnknownCall => ({
  ...sent,
  name,
  atMost: 50n,
  ...changes,
});
const row = (amount: bigint, changes: Partial<BilledCall> = {}): BilledCall => ({
  at: 50,
  kind: 'text',
  model: 'openai',
  amount,
  promptUnits: 10,
  ...changes,
});
// A charge that is known, and its row: what is unknown is of another model.
const proof = known(3n, { model: 'mistral' });
const ofProof = row(3n, { model: 'mistral' });
const amounts = (settlements: readonly Settlement[]) =>
  settlements.map((one) => ('open' in one ? one.open : one.amount));

describe('the account’s billed calls', () => {
  it('settle what no known charge explains', () => {
    const found = matchUsage({ known: [known(7n)], unknown: [unknown('a')], rows: [row(7n), row(9n)] });
    expect(found).toEqual([{ amount: 9n, row: 1 }]);
  });

  it('show that a call was not billed, by a row too few', () => {
    const one = { known: [known(7n)], unknown: [unknown('a')], rows: [row(7n)] };
    expect(amounts(matchUsage(one))).toEqual([0n]);
    expect(amounts(matchUsage({ ...one, known: [], rows: [] }))).toEqual(['no-proof']);
  });

  it('prove nothing where no known charge has its row: they may be of another account', () => {
    const one = { known: [], unknown: [unknown('a')], rows: [row(9n)] };
    expect(amounts(matchUsage(one))).toEqual(['no-proof']);
    expect(amounts(matchUsage({ ...one, known: [proof] }))).toEqual(['no-proof']);
    expect(amounts(matchUsage({ ...one, known: [proof], rows: [row(9n), ofProof] }))).toEqual([9n]);
  });

  it('leave unknown what calls of others may be meant for', () => {
    const rows = [row(7n), row(9n), row(11n)];
    expect(amounts(matchUsage({ known: [known(7n)], unknown: [unknown('a')], rows }))).toEqual(['others']);
    const elsewhere = [row(7n), row(9n), row(11n, { at: 200 }), row(11n, { model: 'mistral' })];
    expect(amounts(matchUsage({ known: [known(7n)], unknown: [unknown('a')], rows: elsewhere }))).toEqual([
      9n,
    ]);
  });

  it('leave everything of a model unknown where they do not explain what is known of it', () => {
    const calls = { known: [known(8n), known(7n, { model: 'mistral' })], unknown: [unknown('a')] };
    expect(amounts(matchUsage({ ...calls, rows: [row(7n), row(7n, { model: 'mistral' })] }))).toEqual([
      'rows-missing',
    ]);
  });

  it('tell calls apart by prompt, time and bound, and give a row that one call alone can have to that one', () => {
    const calls = [
      unknown('a', { promptUnits: 10 }),
      unknown('b', { promptUnits: 11 }),
      unknown('c', { atMost: 5n }),
      unknown('d', { from: 90 }),
    ];
    const rows = [row(9n, { promptUnits: 11 }), row(4n), row(8n), row(6n, { at: 95, promptUnits: 12 })];
    const found = matchUsage({ known: [proof], unknown: calls, rows: [...rows, ofProof] });
    expect(found).toEqual(
      [
        { amount: 8n, row: 2 },
        { amount: 9n, row: 0 },
        { amount: 4n, row: 1 },
        { amount: 6n, row: 3 },
      ].map((one, index) => (index === 0 || index === 2 ? { ...one, group: 1 } : one)),
    );
  });

  it('give a known charge another row where an unknown one can have only its first', () => {
    const found = matchUsage({
      known: [known(9n)],
      unknown: [unknown('a', { to: 20 })],
      rows: [row(9n, { at: 10 }), row(9n, { at: 60 })],
    });
    expect(found).toEqual([{ amount: 9n, row: 0 }]);
  });

  it('settle a sum where calls could have each other’s rows, and say which they are', () => {
    const rows = [row(7n), row(9n)];
    const given = { known: [proof], rows: [...rows, ofProof] };
    const two = matchUsage({ ...given, unknown: [unknown('a'), unknown('b')] });
    expect(two).toMatchObject([{ group: 1 }, { group: 1 }]);
    expect(new Set(amounts(two))).toEqual(new Set([7n, 9n]));
    const attempts = matchUsage({ ...given, unknown: [unknown('a'), unknown('a')] });
    expect(attempts.every((one) => !('group' in one))).toBe(true);
  });

  it('are those of the run’s own key, where the account names keys', () => {
    const rows = [
      row(7n, { keyName: 'own' }),
      row(9n, { keyName: 'own' }),
      row(11n, { keyName: 'others' }),
      row(12n, { keyName: 'others' }),
    ];
    expect(matchUsage({ known: [known(7n)], unknown: [unknown('a')], rows })).toEqual([
      { amount: 9n, row: 1 },
    ]);
  });
});

const time = fc.nat({ max: 12 });
const span = fc.tuple(time, time).map(([from, length]) => ({ from, to: from + length }));
const amount = fc.bigInt({ min: 1n, max: 4n });
const model = fc.constantFrom('openai', 'mistral');
const knownCall = fc
  .record({ span, amount, model })
  .map(({ span: at, ...one }) => known(one.amount, { ...one, ...at }));
const unknownCall = fc
  .record({
    span,
    model,
    name: fc.constantFrom('a', 'b', 'c'),
    atMost: fc.option(amount, { nil: undefined }),
    units: fc.option(fc.nat({ max: 2 }), { nil: undefined }),
  })
  .map(({ span: at, units, ...one }) =>
    unknown(one.name, { ...one, ...at, ...(units === undefined ? {} : { promptUnits: units }) }),
  );
const billed = fc
  .record({ at: fc.nat({ max: 24 }), amount, model, promptUnits: fc.nat({ max: 2 }) })
  .map((one) => row(one.amount, one));
const calls = fc.record({
  known: fc.array(knownCall, { maxLength: 2 }),
  unknown: fc.array(unknownCall, { maxLength: 3 }),
  rows: fc.array(billed, { maxLength: 4 }),
});

function fits(call: UnknownCall, one: BilledCall): boolean {
  return (
    one.kind === call.kind &&
    one.model === call.model &&
    one.at >= call.from &&
    one.at <= call.to &&
    one.amount <= (call.atMost ?? 100n) &&
    (call.promptUnits ?? one.promptUnits) === one.promptUnits
  );
}

/** Every way to share rows out among as many calls as can have one, as what the unknown calls then come to. */
function ways({
  known: all,
  unknown: open,
  rows,
}: Parameters<typeof matchUsage>[0]): readonly (readonly bigint[])[] {
  const possible = [
    ...all.map(
      (call) => (one: BilledCall) =>
        fits({ ...call, name: '', atMost: undefined }, one) && one.amount === call.amount,
    ),
    ...open.map((call) => (one: BilledCall) => fits(call, one)),
  ];
  let best = -1;
  let found: (readonly bigint[])[] = [];
  const place = (index: number, used: ReadonlySet<number>, given: readonly (bigint | undefined)[]): void => {
    if (index === possible.length) {
      // Known calls come first.
      const count =
        given.filter((one, call) => one !== undefined && call < all.length).length * 100 + used.size;
      if (count > best) found = [];
      if (count >= best) found.push(given.slice(all.length).map((one) => one ?? 0n));
      best = Math.max(best, count);
      return;
    }
    place(index + 1, used, [...given, undefined]);
    for (const [which, one] of rows.entries()) {
      if (used.has(which) || possible[index]?.(one) !== true) continue;
      place(index + 1, new Set([...used, which]), [...given, one.amount]);
    }
  };
  place(0, new Set(), []);
  return found;
}

describe('whatever calls and rows there are', () => {
  it('no row is given out twice, none to a call that it does not fit, and none that a known charge needs', () => {
    fc.assert(
      fc.property(calls, (given) => {
        const settled = matchUsage(given);
        const used = settled.flatMap((one) => ('open' in one || one.row === undefined ? [] : [one.row]));
        expect(new Set(used).size).toBe(used.length);
        let sum = 0n;
        for (const [index, one] of settled.entries()) {
          if ('open' in one) continue;
          sum += one.amount;
          const [call, own] = [given.unknown[index], given.rows[one.row ?? -1]];
          if (own === undefined) expect(one.amount).toBe(0n);
          else expect(call !== undefined && fits(call, own) && own.amount === one.amount).toBe(true);
        }
        expect(sum).toBeLessThanOrEqual(given.rows.reduce((total, one) => total + one.amount, 0n));
      }),
      { numRuns: 1_000 },
    );
  });

  it('what is settled has the same sum however else the rows could be shared out', () => {
    fc.assert(
      fc.property(calls, (given) => {
        const settled = matchUsage(given);
        const sumOf = (some: readonly bigint[]): bigint =>
          settled.reduce((sum, one, index) => ('open' in one ? sum : sum + (some[index] ?? 0n)), 0n);
        const own = sumOf(settled.map((one) => ('open' in one ? 0n : one.amount)));
        for (const way of ways(given)) expect(sumOf(way)).toBe(own);
      }),
      { numRuns: 1_000 },
    );
  });

  it('what was billed is found to the last unit where all rows are the run’s own', () => {
    const lost = fc.array(fc.tuple(unknownCall, fc.option(amount), fc.nat({ max: 12 }), fc.nat({ max: 2 })), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(fc.array(knownCall, { minLength: 1, maxLength: 6 }), lost, (all, some) => {
        const rows = all.map((call) => row(call.amount, { at: call.from, model: call.model }));
        const charged = some.flatMap(([call, paid, later, units]) => {
          if (paid === null || paid > (call.atMost ?? 100n)) return [];
          const at = Math.min(call.to, call.from + later);
          return [row(paid, { at, model: call.model, promptUnits: call.promptUnits ?? units })];
        });
        const settled = matchUsage({
          known: all,
          unknown: some.map(([call]) => call),
          rows: [...charged, ...rows],
        });
        const sum = settled.reduce((total, one) => total + ('open' in one ? 1_000n : one.amount), 0n);
        expect(sum).toBe(charged.reduce((total, one) => total + one.amount, 0n));
      }),
      { numRuns: 500 },
    );
  });

  it('a run of 20,000 pictures of one price is matched in seconds', () => {
    const count = 20_000;
    const all = Array.from({ length: count }, (_, at) =>
      known(2n, { from: at * 250 - 60_000, to: at * 250 + 600_000 }),
    );
    const rows = Array.from({ length: count + 40 }, (_, at) => row(2n, { at: at * 250 }));
    const some = Array.from({ length: 50 }, (_, index) =>
      unknown(String(index), { from: 0, to: count * 300 }),
    );
    const started = performance.now();
    expect(amounts(matchUsage({ known: all, unknown: some, rows })).filter((one) => one === 2n)).toHaveLength(
      40,
    );
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
