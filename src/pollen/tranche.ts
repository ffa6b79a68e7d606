import { type Amount, formatAmount, parseAmount } from './amount.ts';

/** What a page tells its run of its money: all sums are totals since it started, decimal Pollen. */
export interface TrancheReport {
  /** Counts what has happened, so that a late report changes nothing. */
  readonly turn: number;
  /** How often it has gone on after a pause. */
  readonly round: number;
  /** What it has been granted, as far as it knows. */
  readonly granted: string;
  /** Given back for good. */
  readonly returned: string;
  /** What its calls have cost; what is unknown counts at its bound. */
  readonly spent: string;
  /** The total that it would like to have been granted. */
  readonly target: string;
  /** What the first call that waits for money lacks; `0` when none waits. */
  readonly next: string;
  /** Whether nothing is in flight although there is something to do: only money, or a place, gets it on. */
  readonly isIdle: boolean;
}

/** The money of one page: a call takes its hold out of it before it is made, and what it did not cost comes back. */
export interface Tranche {
  /** Takes in what the run has granted in all. */
  grant(total: string): void;
  /**
   * Queues a call for its hold. One that was put back has its hold still, and a free one never waits.
   *
   * @param hold - the most that the call may cost
   */
  ask(call: string, hold: Amount): void;
  /** Whether a call has its hold, so that it may be made. */
  holds(call: string): boolean;
  /**
   * Takes in that a call has ended, or that one which was put back will not be made any more.
   *
   * @param cost - what it has cost at most; `undefined` where nothing tells, which keeps its hold
   */
  settle(call: string, cost: Amount | undefined): void;
  /** Takes in that a call is left for later. One that had its hold keeps it, since it may have been sent. */
  putBack(call: string): void;
  /**
   * Takes in that the page goes on after a pause.
   *
   * @param times - how often it has, by the count of its run
   */
  go(times: number): void;
  /**
   * Decides what to ask for and what to give back.
   *
   * @param hasMore - whether there are calls that nobody has queued yet
   * @returns whether the run has to be told
   */
  review(hasMore: boolean): boolean;
  /** What the run is told, as of the last review. */
  report(): TrancheReport;
}

/**
 * Makes a page's tranche, empty at first. It asks for a window: what is in flight and what waits, once more. What
 * settles below its hold is used again, more is asked for when less than half a window is left, and with nothing in
 * flight all that is left goes back: the next call of another page may need just that.
 *
 * @param turn - before that of its first report. @default 0
 */
export function createTranche(turn = 0): Tranche {
  const inFlight = new Map<string, Amount>();
  const kept = new Map<string, Amount>();
  let waiting: readonly { readonly call: string; readonly hold: Amount }[] = [];
  let granted = 0n;
  let returned = 0n;
  let spent = 0n;
  let held = 0n;
  let keptSum = 0n;
  let queued = 0n;
  let round = 0;
  // Whether it has gone on and not told of it: until then its run takes nothing for granted.
  let isFresh = false;
  let told = { target: 0n, next: 0n, isIdle: false };

  const unused = (): Amount => granted - returned - spent - held;

  function begin(call: string, hold: Amount): void {
    inFlight.set(call, hold);
    held += hold;
  }
  // In their order: a dear call would wait for ever if cheaper ones went before it.
  function serve(): void {
    let served = 0;
    for (const { call, hold } of waiting) {
      if (unused() < hold) break;
      begin(call, hold);
      queued -= hold;
      served += 1;
    }
    if (served > 0) waiting = waiting.slice(served);
  }
  function standing(hasMore: boolean): typeof told {
    const [first] = waiting;
    const next = first === undefined ? 0n : first.hold - unused();
    if (inFlight.size === 0) {
      return { target: granted + queued - unused(), next, isIdle: first !== undefined || hasMore };
    }
    const window = held - keptSum + queued;
    const isLow = first !== undefined || (hasMore && unused() * 2n < window);
    // What was asked for and has not come is not asked for again.
    const target = !isLow || told.target > granted ? told.target : granted + window - unused();
    return { target, next, isIdle: false };
  }

  return {
    grant(total) {
      turn += 1;
      const amount = parseAmount(total);
      if (amount > granted) granted = amount;
      serve();
    },
    ask(call, hold) {
      turn += 1;
      const own = kept.get(call);
      if (own !== undefined) {
        kept.delete(call);
        keptSum -= own;
        inFlight.set(call, own);
      } else if (hold === 0n) begin(call, hold);
      else {
        waiting = [...waiting, { call, hold }];
        queued += hold;
        serve();
      }
    },
    holds: (call) => inFlight.has(call),
    settle(call, cost) {
      turn += 1;
      const hold = inFlight.get(call) ?? kept.get(call);
      if (hold === undefined) return;
      if (!inFlight.delete(call)) {
        kept.delete(call);
        keptSum -= hold;
      }
      held -= hold;
      spent += cost ?? hold;
      serve();
    },
    putBack(call) {
      turn += 1;
      const hold = inFlight.get(call);
      if (hold === undefined) {
        waiting = waiting.filter((other) => other.call !== call);
        queued = waiting.reduce((sum, other) => sum + other.hold, 0n);
      } else {
        inFlight.delete(call);
        kept.set(call, hold);
        keptSum += hold;
      }
      serve();
    },
    go(times) {
      if (times <= round) return;
      turn += 1;
      round = times;
      isFresh = true;
      told = { ...told, isIdle: false };
    },
    review(hasMore) {
      turn += 1;
      const spare = inFlight.size === 0 ? unused() : 0n;
      if (spare > 0n) returned += spare;
      const now = standing(hasMore);
      const isChanged =
        now.target > told.target ||
        now.isIdle !== told.isIdle ||
        (now.next > 0n && told.next === 0n) ||
        (now.isIdle && now.next !== told.next) ||
        (inFlight.size === 0 && now.target !== told.target);
      if (spare <= 0n && !isChanged && !isFresh) return false;
      isFresh = false;
      told = now;
      return true;
    },
    report: () => ({
      turn,
      round,
      granted: formatAmount(granted),
      returned: formatAmount(returned),
      spent: formatAmount(spent),
      target: formatAmount(told.target),
      next: formatAmount(told.next),
      // Something may have begun since.
      isIdle: told.isIdle && inFlight.size === 0,
    }),
  };
}
