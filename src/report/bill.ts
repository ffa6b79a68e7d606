import { formatAmount, parseAmount } from '../pollen/amount.ts';
import type { ItemCost } from '../records/record.ts';
import { emptyTally, sumCosts } from '../records/tally.ts';
import { REUSED, type BillRow, type Fate } from './bill-rows.ts';
import type { BillShare, Saving } from './bill-shares.ts';

/** What one name among others came to. */
export interface BillGroup {
  readonly name: string;
  /** Attempts; what was taken over from earlier runs is none. */
  readonly attempts: number;
  readonly cost: ItemCost;
}

/** What one model came to: a name may stand for one of each kind. */
export interface ModelGroup extends BillGroup {
  readonly kind: 'text' | 'image';
}

/** What was paid for what. `kept`, `wasted`, `duplicate` and `late` add up to what is settled. */
export interface BillFigures {
  readonly cost: ItemCost;
  readonly certainty: 'exact' | 'estimated';
  readonly attempts: number;
  readonly kept: BillShare;
  readonly wasted: BillShare;
  readonly duplicate: BillShare;
  readonly late: BillShare;
  readonly saved: {
    /** Answers that the API's cache had. */
    readonly cache: Saving;
    /** Answers that earlier runs had got. */
    readonly reuse: Saving;
  };
  readonly models: readonly ModelGroup[];
  /** Absent where items have one call each. */
  readonly steps?: readonly BillGroup[];
  /** By code: `answered`, `cached` for an answer of the API's cache that cost nothing, or what went wrong. */
  readonly outcomes: readonly BillGroup[];
}

/** Adds rows up. */
export interface BillFold {
  add(row: BillRow): void;
  figures(): BillFigures;
}

const nothing: ItemCost = { settled: emptyTally.settled, unknown: emptyTally.unknown };

/** A bill is a fold over its rows, and nothing but. */
export function createBillFold(): BillFold {
  const total = createGroups();
  const models = { text: createGroups(), image: createGroups() };
  const steps = createGroups();
  const outcomes = createGroups();
  const shares = new Map<Fate, { attempts: number; pollen: bigint }>();
  const savings = {
    cache: { attempts: 0, pollen: 0n, unpriced: 0 },
    reuse: { attempts: 0, pollen: 0n, unpriced: 0 },
  };
  const shareOf = (fate: Fate): BillShare => {
    const { attempts, pollen } = shares.get(fate) ?? { attempts: 0, pollen: 0n };
    return { attempts, pollen: formatAmount(pollen) };
  };

  return {
    add(row) {
      const { fate, code, saved, kind, model, step, repair } = row;
      if (fate === 'saved') {
        const saving = code === REUSED ? savings.reuse : savings.cache;
        saving.attempts += 1;
        if (saved === null || saved === undefined) saving.unpriced += 1;
        else saving.pollen += parseAmount(saved);
      }
      if (code === REUSED) return;
      const cost = costOf(row);
      const share = shares.get(fate) ?? { attempts: 0, pollen: 0n };
      shares.set(fate, { attempts: share.attempts + 1, pollen: share.pollen + parseAmount(cost.settled) });
      total.add('', cost);
      models[kind].add(model, cost);
      if (step !== undefined) steps.add(repair === undefined ? step : `${step} (repair)`, cost);
      outcomes.add(fate === 'saved' ? 'cached' : code, cost);
    },
    figures() {
      const [{ attempts, cost } = { attempts: 0, cost: nothing }] = total.read();
      return {
        cost,
        certainty: cost.unknown.count === 0 ? 'exact' : 'estimated',
        attempts,
        kept: shareOf('kept'),
        wasted: shareOf('wasted'),
        duplicate: shareOf('duplicate'),
        late: shareOf('late'),
        saved: {
          cache: { ...savings.cache, pollen: formatAmount(savings.cache.pollen) },
          reuse: { ...savings.reuse, pollen: formatAmount(savings.reuse.pollen) },
        },
        models: (['text', 'image'] as const)
          .flatMap((kind) => models[kind].read().map((group) => ({ ...group, kind })))
          .sort(byCost),
        ...(steps.read().length === 0 ? {} : { steps: steps.read() }),
        outcomes: outcomes.read(),
      };
    },
  };
}

/** Costs by name. */
export interface Groups {
  /** Adds what one more came to. */
  add(name: string, cost: ItemCost): void;
  /** The dearest first. */
  read(): readonly BillGroup[];
}

/** Adds costs up by name. */
export function createGroups(): Groups {
  const groups = new Map<string, BillGroup>();
  return {
    add(name, cost) {
      const known = groups.get(name) ?? { name, attempts: 0, cost: nothing };
      groups.set(name, { name, attempts: known.attempts + 1, cost: sumCosts([known.cost, cost]) });
    },
    read: () => [...groups.values()].sort(byCost),
  };
}

/** What a row says of money. */
export function costOf({ amount, certainty }: Pick<BillRow, 'amount' | 'certainty'>): ItemCost {
  if (certainty === 'unknown') return { settled: '0', unknown: { count: 1, atMost: amount } };
  return { ...nothing, settled: certainty === 'exact' ? (amount ?? '0') : '0' };
}

function byCost(left: BillGroup, right: BillGroup): number {
  const difference = parseAmount(right.cost.settled) - parseAmount(left.cost.settled);
  return difference === 0n ? right.attempts - left.attempts : difference > 0n ? 1 : -1;
}
