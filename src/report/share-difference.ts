import type { Amount } from '../pollen/amount.ts';
import type { Settlement } from './settlement.ts';
import { modelOf, type UnknownCall } from './usage-graph.ts';

/** What can be told apart: calls of a model that cost one price or nothing, or its calls that cost up to a bound. */
interface Share {
  readonly model: string;
  /** Positions of the calls, in the order of time. */
  readonly calls: readonly number[];
  /** Price of each; absent where they may cost anything up to their bounds. */
  readonly price?: Amount;
  /** All of them at their bounds; `undefined` where one has none. */
  readonly most: Amount | undefined;
}

/** One way to share a sum out: what each share of a price has, and what is left for the others. */
interface Way {
  readonly sums: readonly Amount[];
  readonly rest: Amount;
}

/** Ways that are looked through; where there are more, prices are taken for bounds, which proves less. */
const MOST_WAYS = 20_000;

/**
 * Shares a sum that is known out among calls that were perhaps billed. Only what every possible way of doing so agrees on is
 * settled; where what is left is of one model, its sum is settled, and which call had which a guess by time.
 *
 * @returns a settlement for each call, in their order
 */
export function shareDifference(calls: readonly UnknownCall[], total: Amount): readonly Settlement[] {
  const shares = sharesOf(calls);
  const priced = shares.filter(({ price }) => price !== undefined);
  const others = shares.filter(({ price }) => price === undefined);
  const ways = waysOf(priced, total).filter(({ rest }) => isWithin(rest, mostOf(others)));
  const [first] = ways;
  if (first === undefined) return calls.map(() => ({ open: 'balance-moved' }));

  const sums = new Map<Share, Amount>();
  for (const [index, share] of priced.entries()) {
    const sum = first.sums[index] ?? 0n;
    if (ways.every((way) => way.sums[index] === sum)) sums.set(share, sum);
  }
  for (const share of others) {
    const besides = mostOf(others.filter((other) => other !== share));
    const least = ways.map(({ rest }) => (besides === undefined || rest < besides ? 0n : rest - besides));
    const most = ways.map(({ rest }) => (isWithin(rest, share.most) ? rest : (share.most ?? rest)));
    const [sum = 0n] = least;
    if ([...least, ...most].every((one) => one === sum)) sums.set(share, sum);
  }
  const left = shares.filter((share) => !sums.has(share));
  const isOneModel = new Set(left.map(({ model }) => model)).size < 2;
  const restOf = (): Amount => others.reduce((rest, share) => rest - (sums.get(share) ?? 0n), first.rest);
  const settled = left.map((share): readonly [Share, Amount] => [
    share,
    share.price === undefined ? restOf() : (first.sums[priced.indexOf(share)] ?? 0n),
  ]);
  return settlementsOf(calls, [...[...sums].map((one) => [one]), ...(isOneModel ? [settled] : [])]);
}

function sharesOf(calls: readonly UnknownCall[]): readonly Share[] {
  const exact = groupsOf(calls, ({ isPrice }) => isPrice === true);
  const ways = exact.reduce((count, { calls: { length } }) => count * (length + 1), 1);
  return ways <= MOST_WAYS ? exact : groupsOf(calls, () => false);
}

function groupsOf(calls: readonly UnknownCall[], hasPrice: (call: UnknownCall) => boolean): readonly Share[] {
  const inTime = [...calls.entries()].sort(([, left], [, right]) => left.from - right.from);
  const groups = new Map<string, { readonly first: UnknownCall; readonly calls: number[] }>();
  for (const [index, call] of inTime) {
    // What has no bound has no price either, whatever came of it.
    const name = `${modelOf(call)}/${hasPrice(call) ? (call.atMost ?? '') : ''}`;
    const group = groups.get(name) ?? { first: call, calls: [] };
    group.calls.push(index);
    groups.set(name, group);
  }
  return [...groups.values()].map(({ first, calls: own }) => ({
    model: modelOf(first),
    calls: own,
    ...(hasPrice(first) && first.atMost !== undefined ? { price: first.atMost } : {}),
    most: mostOf(own.map((index) => ({ most: calls[index]?.atMost }))),
  }));
}

function waysOf(priced: readonly Share[], total: Amount): readonly Way[] {
  let ways: readonly Way[] = [{ sums: [], rest: total }];
  for (const { price = 0n, calls } of priced) {
    ways = ways.flatMap(({ sums, rest }) =>
      Array.from({ length: calls.length + 1 }, (_, count) => {
        const sum = BigInt(calls.length - count) * price;
        return { sums: [...sums, sum], rest: rest - sum };
      }).filter((way) => way.rest >= 0n),
    );
  }
  return ways;
}

function settlementsOf(
  calls: readonly UnknownCall[],
  groups: readonly (readonly (readonly [Share, Amount])[])[],
): readonly Settlement[] {
  const settlements = new Map<number, Settlement>();
  for (const [number, shares] of groups.entries()) {
    const amounts = shares.flatMap(([share, sum]) => [...spread(calls, share, sum)]);
    const names = new Set(amounts.map(([call]) => calls[call]?.name));
    const isCertain =
      amounts.every(([, amount]) => amount === 0n) ||
      amounts.every(([call, amount]) => amount === calls[call]?.atMost);
    const isGuess = names.size > 1 && !isCertain;
    for (const [call, amount] of amounts) {
      settlements.set(call, { amount, ...(isGuess ? { group: number + 1 } : {}) });
    }
  }
  return calls.map((_, call) => settlements.get(call) ?? { open: 'balance-shared' });
}

// The first calls have as much as they can.
function* spread(
  calls: readonly UnknownCall[],
  share: Share,
  sum: Amount,
): Generator<readonly [call: number, amount: Amount]> {
  let left = sum;
  for (const call of share.calls) {
    const atMost = calls[call]?.atMost;
    const amount = atMost === undefined || left < atMost ? left : atMost;
    left -= amount;
    yield [call, amount];
  }
}

function mostOf(shares: readonly { readonly most: Amount | undefined }[]): Amount | undefined {
  return shares.reduce<Amount | undefined>(
    (sum, { most }) => (sum === undefined || most === undefined ? undefined : sum + most),
    0n,
  );
}

function isWithin(sum: Amount, most: Amount | undefined): boolean {
  return most === undefined || sum <= most;
}
