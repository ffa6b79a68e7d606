import { type Amount, formatAmount, parseAmount } from './amount.ts';
import type { TrancheReport } from './tranche.ts';

/** What a run carries over of its money when it continues as new: decimal Pollen. */
export interface LedgerState {
  /** What the run may cost. */
  readonly cap: string;
  /** What is spent for good: by pages that have ended, and by earlier executions of the run. */
  readonly spent: string;
  /** The share of that which earlier executions have spent in pages that have not ended, by page. */
  readonly before?: Readonly<Record<string, string>>;
}

/** A page's grants so far, in all. */
export interface Grant {
  readonly page: number;
  readonly total: string;
}

/** A run's money, for people: decimal Pollen. */
export interface BudgetView {
  readonly amount: string;
  /** Known charges, and unknown ones at their bound. */
  readonly spent: string;
  /** Held by pages for their calls. */
  readonly held: string;
  /** Neither spent nor held; `0` where the cap was lowered below what is. */
  readonly free: string;
}

/** A run's money. The ledger alone grants it, and never more than the cap has left. */
export interface Ledger {
  /** Takes in that a page has started; it has nothing yet. */
  open(page: number): void;
  /** Takes in what a page tells. Late and doubled reports do no harm. */
  note(page: number, report: TrancheReport): void;
  /**
   * Takes in that a page has ended.
   *
   * @param spent - what all of its items have cost, those of earlier executions too; `undefined` where that is not
   * known, which keeps what it was granted
   */
  close(page: number, spent: Amount | undefined): void;
  /** Grants what may be granted now, and tells the new totals. */
  grants(): readonly Grant[];
  /** Whether nothing goes on any more for want of money. */
  isReached(): boolean;
  /** What is missing at least for the next call, when the budget is reached. */
  missing(): string;
  setCap(cap: string): void;
  /** Takes in that the pages are told to go on after a pause. */
  go(): void;
  view(): BudgetView;
  /** What goes over to the next execution; no page may be open. */
  state(): LedgerState;
}

interface Account {
  granted: Amount;
  returned: Amount;
  spent: Amount;
  target: Amount;
  next: Amount;
  /** Whether nothing goes on there with all that it was granted, as it told since it last went on. */
  isStill: boolean;
  turn: number;
  round: number;
}

/**
 * Makes a run's ledger. Each page that asks gets what it asks for, the oldest first. Near the wall, where that is more
 * than is free, the oldest whose next call fits gets all of it: what it has then holds fewer and fewer calls, down to one.
 */
export function createLedger(state: LedgerState): Ledger {
  let cap = parseAmount(state.cap);
  let settled = parseAmount(state.spent);
  const before = new Map(
    Object.entries(state.before ?? {}).map(([page, amount]) => [Number(page), parseAmount(amount)]),
  );
  const accounts = new Map<number, Account>();

  const sum = (of: (account: Account) => Amount): Amount =>
    [...accounts.values()].reduce((total, account) => total + of(account), 0n);
  const free = (): Amount => cap - settled - sum(({ granted, returned }) => granted - returned);
  const starved = (): readonly Account[] => [...accounts.values()].filter(({ next }) => next > 0n);

  return {
    open(page) {
      const nothing = { granted: 0n, returned: 0n, spent: 0n, target: 0n, next: 0n };
      accounts.set(page, { ...nothing, isStill: false, turn: 0, round: 0 });
    },
    note(page, report) {
      const account = accounts.get(page);
      if (account === undefined || report.turn <= account.turn) return;
      // An execution of the page that is gone, and still told of what the run before this one had granted.
      if (parseAmount(report.granted) > account.granted) return;
      account.turn = report.turn;
      account.returned = parseAmount(report.returned);
      account.spent = parseAmount(report.spent);
      account.target = parseAmount(report.target);
      account.next = parseAmount(report.next);
      const knows = report.round === account.round && parseAmount(report.granted) === account.granted;
      account.isStill = report.isIdle && knows;
    },
    close(page, spent) {
      const account = accounts.get(page);
      if (account === undefined) return;
      accounts.delete(page);
      settled += spent === undefined ? account.granted - account.returned : spent - (before.get(page) ?? 0n);
      before.delete(page);
    },
    grants() {
      const made: Grant[] = [];
      let left = free();
      for (const [page, account] of accounts) {
        const asked = account.target - account.granted;
        if (asked <= 0n) continue;
        const isNear = left < asked;
        if (isNear && (account.next <= 0n || left < account.next)) continue;
        const given = isNear ? left : asked;
        account.granted += given;
        account.isStill = false;
        left -= given;
        made.push({ page, total: formatAmount(account.granted) });
      }
      return made;
    },
    isReached() {
      const left = free();
      const areStill = [...accounts.values()].every(({ isStill }) => isStill);
      return areStill && starved().length > 0 && starved().every(({ next }) => left < next);
    },
    missing() {
      const lacks = starved().map(({ next }) => next - free());
      return formatAmount(lacks.reduce((least, lack) => (lack < least ? lack : least), lacks[0] ?? 0n));
    },
    setCap(amount) {
      cap = parseAmount(amount);
    },
    go() {
      for (const account of accounts.values()) {
        account.round += 1;
        account.isStill = false;
      }
    },
    view() {
      const spent = settled + sum((account) => account.spent);
      const held = sum(({ granted, returned, spent: own }) => granted - returned - own);
      const left = free();
      return {
        amount: formatAmount(cap),
        spent: formatAmount(spent),
        held: formatAmount(held),
        free: formatAmount(left > 0n ? left : 0n),
      };
    },
    state: () => ({
      cap: formatAmount(cap),
      spent: formatAmount(settled),
      ...(before.size === 0
        ? {}
        : { before: Object.fromEntries([...before].map(([page, amount]) => [page, formatAmount(amount)])) }),
    }),
  };
}
