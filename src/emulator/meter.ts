import { formatAmount, parseAmount } from './money.ts';
import type { KeySpec } from './keys.ts';

/** What the emulator has billed so far; amounts are decimal Pollen. */
export interface Meter {
  readonly charged: string;
  /** Generations, whether their answers arrived or not. Cached and joined answers are none. */
  readonly generations: number;
  /** Requests of every sort but the admin's own. */
  readonly requests: number;
  readonly byModel: Readonly<Record<string, { readonly generations: number; readonly charged: string }>>;
  /** What is left in the wallet; below zero when parallel calls overdrew it. */
  readonly wallet: string;
}

/** The books: wallet, budgets and totals, in units of 1e-8 Pollen. */
export interface Books {
  countRequest(): void;
  charge(model: string, keyName: string | undefined, amount: bigint): void;
  /** Sets what is in the wallet now. */
  setWallet(amount: bigint): void;
  /** What a call may still spend: the wallet, or the key's own budget where that is less. */
  available(key: KeySpec | undefined): { readonly amount: bigint; readonly of: 'wallet' | 'key' };
  /** What the account tells of its balance: the budget of a key that has one, else the wallet. */
  balance(key: KeySpec): bigint;
  read(): Meter;
}

/** Opens the books with so much in the wallet (units of 1e-8 Pollen). */
export function createBooks(initialWallet: bigint): Books {
  let wallet = initialWallet;
  let charged = 0n;
  let generations = 0;
  let requests = 0;
  const byModel = new Map<string, { generations: number; charged: bigint }>();
  const byKey = new Map<string, bigint>();

  const budgetLeft = (key: KeySpec): bigint | undefined =>
    key.budget === undefined ? undefined : parseAmount(key.budget) - (byKey.get(key.name) ?? 0n);

  return {
    countRequest() {
      requests += 1;
    },
    charge(model, keyName, amount) {
      generations += 1;
      charged += amount;
      wallet -= amount;
      const total = byModel.get(model) ?? { generations: 0, charged: 0n };
      byModel.set(model, { generations: total.generations + 1, charged: total.charged + amount });
      if (keyName !== undefined) byKey.set(keyName, (byKey.get(keyName) ?? 0n) + amount);
    },
    setWallet(amount) {
      wallet = amount;
    },
    available(key) {
      const budget = key === undefined ? undefined : budgetLeft(key);
      return budget !== undefined && budget < wallet
        ? { amount: budget, of: 'key' }
        : { amount: wallet, of: 'wallet' };
    },
    balance: (key) => budgetLeft(key) ?? wallet,
    read: () => ({
      charged: formatAmount(charged),
      generations,
      requests,
      byModel: Object.fromEntries(
        [...byModel].map(([model, total]) => [model, { ...total, charged: formatAmount(total.charged) }]),
      ),
      wallet: formatAmount(wallet),
    }),
  };
}
