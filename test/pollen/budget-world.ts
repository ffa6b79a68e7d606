import { formatAmount, type Amount } from '../../src/pollen/amount.ts';
import { createLedger, type Ledger, type LedgerState } from '../../src/pollen/ledger.ts';
import { createTranche, type Tranche, type TrancheReport } from '../../src/pollen/tranche.ts';
import { createQueue } from '../support/virtual-queue.ts';
import { seededRandom } from '../support/seeded-random.ts';

/** The parts under test; sabotages put others in their place. */
export interface BudgetParts {
  readonly ledger: (state: LedgerState) => Ledger;
  readonly tranche: () => Tranche;
}

export const budgetParts: BudgetParts = { ledger: createLedger, tranche: createTranche };

/** What a world came to. */
export interface WorldEnd {
  /** Everything that broke a rule; empty where all is well. */
  readonly faults: readonly string[];
  readonly calls: number;
  readonly made: number;
  /** Times that the run was parked. */
  readonly parks: number;
  /** Those with a cap of at least 50 of its dearest calls, of which it had to use 98 %. */
  readonly wideParks: number;
  readonly continued: number;
  readonly lost: number;
  readonly kills: number;
}

interface SimulatedCall {
  readonly name: string;
  /** What a send of it may cost at most. */
  readonly maximum: Amount;
  readonly hold: Amount;
  readonly cost: Amount;
  sends: number;
  /** What the meter has charged for it. */
  billed: Amount;
}

interface SimulatedPage {
  readonly page: number;
  readonly calls: SimulatedCall[];
  readonly tranche: Tranche;
  places: number;
  isHeld: boolean;
  /** The last of what it was told of pauses that it has heard of. */
  steered: number;
  /** How often it was let go on. */
  rounds: number;
  isEnded: boolean;
  /** Loops that wait for money, by call. */
  readonly waiting: SimulatedCall[];
  inFlight: number;
  /** Known or bounded cost of the calls that have ended. */
  spent: Amount;
  /** Holds of calls in flight and put back, as the world counts them. */
  held: Amount;
  granted: Amount;
  returned: Amount;
}

const CALLERS = 64;

/**
 * Plays a run under a budget on a virtual clock: pages with callers that share the ledger's money by messages which come
 * late, twice and in any order; answers that are lost, workers that are killed, holds and stops of work, a run that
 * continues as new, and a cap that is raised and lowered.
 */
export function playBudget(seed: number, parts: BudgetParts = budgetParts): WorldEnd {
  const random = seededRandom(seed);
  const chance = (share: number): boolean => random() < share;
  const between = (from: number, to: number): number => from + random() * (to - from);
  const whole = (from: number, to: number): number => Math.floor(between(from, to + 1));

  const faults: string[] = [];
  const queue = createQueue();
  const isDouble = chance(0.3);
  const isFlat = chance(0.4);
  const dearest = whole(1_000, 1_000_000);
  const lossShare = chance(0.5) ? between(0, 0.2) : 0;
  const killShare = chance(0.5) ? between(0, 0.02) : 0;
  const delay = between(0.001, 0.3);
  const pages = Array.from({ length: whole(1, 8) }, (_, page) => makePage(page));
  const all = pages.flatMap(({ calls }) => [...calls]);
  const need = all.reduce((sum, { cost }) => sum + cost, 0n);
  const dearestHold = all.reduce((most, { hold }) => (hold > most ? hold : most), 0n);
  let cap = atLeast((need * BigInt(whole(10, 130))) / 100n, dearestHold);
  let ledger = parts.ledger({ cap: formatAmount(cap), spent: '0' });
  let live: SimulatedPage[] = [];
  let next = 0;
  let isRenewing = false;
  let isPaused = false;
  let steered = 0;
  let isOver = false;
  let sealedSpent = 0n;
  const count = { made: 0, parks: 0, wideParks: 0, continued: 0, lost: 0, kills: 0 };

  function makePage(page: number): SimulatedPage {
    const calls = Array.from({ length: whole(1, 60) }, (_, index): SimulatedCall => {
      const maximum = chance(0.1)
        ? 0n
        : BigInt(isFlat ? dearest : Math.max(1, Math.floor(dearest * random())));
      const cost = isFlat ? maximum : (maximum * BigInt(whole(1, 100))) / 100n;
      const name = `${page}/${index}`;
      return { name, maximum, hold: isDouble ? maximum * 2n : maximum, cost, sends: 0, billed: 0n };
    });
    return {
      page,
      calls,
      tranche: parts.tranche(),
      places: 0,
      isHeld: false,
      steered: 0,
      rounds: 0,
      isEnded: false,
      waiting: [],
      inFlight: 0,
      spent: 0n,
      held: 0n,
      granted: 0n,
      returned: 0n,
    };
  }

  // What the world itself counts: money that pages have, or that is on its way to them, and all that is spent.
  const exposed = (): Amount =>
    live.reduce((sum, { granted, returned }) => sum + granted - returned, sealedSpent);
  const spentInAll = (): Amount => live.reduce((sum, { spent }) => sum + spent, sealedSpent);
  const meter = (): Amount => all.reduce((sum, { billed }) => sum + billed, 0n);

  function send(act: () => void): void {
    queue.add(between(0, delay), act);
    if (chance(0.1)) queue.add(between(0, delay * 20), act);
  }

  // The run. Before it continues as new it waits for its pages, and starts none.
  const mayStart = (): boolean => !isRenewing;
  function fill(): void {
    if (isOver || isPaused) return;
    let free = CALLERS - live.reduce((sum, { places }) => sum + places, 0);
    while (free > 0 && live.length < 4 && mayStart()) {
      const page = pages[next];
      if (page === undefined) break;
      next += 1;
      page.places = Math.min(free, page.calls.length, whole(1, CALLERS));
      free -= page.places;
      ledger.open(page.page);
      live.push(page);
      send(() => work(page));
    }
    grant();
  }
  function grant(): void {
    for (const { page, total } of ledger.grants()) {
      const found = live.find((one) => one.page === page);
      if (found === undefined) {
        faults.push(`money for page ${page}, which does not run`);
        continue;
      }
      found.granted = toAmount(total);
      if (exposed() > cap) faults.push(`granted ${exposed()} in all, of ${cap}`);
      send(() => {
        found.tranche.grant(total);
        work(found);
      });
    }
    if (ledger.isReached()) park();
  }
  function note(page: number, report: TrancheReport): void {
    ledger.note(page, report);
    if (!isPaused) grant();
  }
  function sealed(page: SimulatedPage): void {
    live = live.filter((one) => one !== page);
    sealedSpent += page.spent;
    ledger.close(page.page, page.spent);
    if (live.length === 0 && isRenewing) {
      isRenewing = false;
      count.continued += 1;
      ledger = parts.ledger(JSON.parse(JSON.stringify(ledger.state())) as LedgerState);
    }
    fill();
    if (live.length === 0 && next >= pages.length) isOver = true;
  }
  function park(): void {
    count.parks += 1;
    const left = cap - spentInAll();
    const remaining = [...live, ...pages.slice(next)].flatMap(({ calls, waiting }) => [...calls, ...waiting]);
    const dear = remaining.reduce((most, { hold }) => (hold > most ? hold : most), 0n);
    // Calls that cost nothing may be in flight.
    if (live.some(({ held }) => held > 0n)) faults.push('parked with money held');
    if (left >= dear) faults.push(`parked with ${left} left, and ${dear} would do for any call`);
    if (cap >= 50n * dearestHold && left >= 0n) {
      count.wideParks += 1;
      if (left * 100n > cap * 2n) faults.push(`parked with ${left} of ${cap} unused`);
    }
    hold();
    if (chance(0.8)) {
      queue.add(between(1, 5), () => {
        cap += BigInt(whole(1, 40)) * dearestHold;
        ledger.setCap(formatAmount(cap));
        go();
      });
    } else isOver = true;
  }
  function hold(): void {
    isPaused = true;
    const turn = ++steered;
    for (const page of live) send(() => suspend(page, turn, page.rounds));
  }
  function go(): void {
    isPaused = false;
    ledger.go();
    const turn = ++steered;
    for (const page of live) {
      const round = (page.rounds += 1);
      queue.add(delay * 30, () => wake(page, turn, round));
    }
    fill();
  }

  // The pages.
  function suspend(page: SimulatedPage, turn: number, round: number): void {
    if (page.steered >= turn) return;
    page.steered = turn;
    page.tranche.go(round);
    page.isHeld = true;
    for (const call of page.waiting.splice(0)) {
      page.tranche.putBack(call.name);
      page.calls.unshift(call);
    }
    review(page);
  }
  function wake(page: SimulatedPage, turn: number, round: number): void {
    if (page.steered >= turn) return;
    page.steered = turn;
    page.tranche.go(round);
    page.isHeld = false;
    work(page);
  }
  function work(page: SimulatedPage): void {
    if (page.isEnded) return;
    begin(page);
    while (!page.isHeld && page.inFlight + page.waiting.length < page.places) {
      const call = page.calls.shift();
      if (call === undefined) break;
      page.tranche.ask(call.name, call.hold);
      page.waiting.push(call);
    }
    begin(page);
    review(page);
    if (page.inFlight + page.waiting.length + page.calls.length > 0) return;
    page.isEnded = true;
    send(once(() => sealed(page)));
  }
  function begin(page: SimulatedPage): void {
    const ready = page.waiting.filter(({ name }) => page.tranche.holds(name));
    for (const call of ready) {
      page.waiting.splice(page.waiting.indexOf(call), 1);
      page.inFlight += 1;
      // One that was put back has its hold still.
      if (call.sends === 0) page.held += call.hold;
      if (page.spent + page.held > page.granted - page.returned) {
        faults.push(`page ${page.page} has spent ${page.spent} and holds ${page.held}: too much`);
      }
      queue.add(between(0.1, 5), () => attempt(page, call));
    }
  }
  function attempt(page: SimulatedPage, call: SimulatedCall): void {
    const mayPay = isDouble || call.billed === 0n;
    call.sends += 1;
    const isLast = call.sends >= (isDouble ? 2 : 8);
    if (!isLast && chance(killShare)) {
      // Its worker is killed once the call has been billed, or before; another one makes it again.
      count.kills += 1;
      if (mayPay && chance(0.5)) call.billed += call.cost;
      queue.add(between(1, 20), () => attempt(page, call));
      return;
    }
    if (mayPay && !chance(lossShare / 2)) call.billed += call.cost;
    if (!isLast && page.isHeld && chance(0.3)) {
      // Put back between two attempts: the first may have been charged.
      page.inFlight -= 1;
      page.tranche.putBack(call.name);
      if (chance(0.2)) drop(page, call);
      else page.calls.unshift(call);
      review(page);
      return;
    }
    if (chance(lossShare)) {
      count.lost += 1;
      end(page, call, call.hold, chance(0.5) ? undefined : call.hold);
    } else {
      // Where nothing joins the two, one of them stays unknown at its bound.
      const isKnown = call.sends === 1 || !isDouble;
      const cost = isKnown ? call.billed : call.billed + call.maximum;
      const bound = cost > call.hold ? call.hold : cost;
      end(page, call, bound, bound);
    }
  }
  function end(page: SimulatedPage, call: SimulatedCall, bound: Amount, told: Amount | undefined): void {
    count.made += 1;
    page.inFlight -= 1;
    page.held -= call.hold;
    page.spent += bound;
    page.tranche.settle(call.name, told);
    work(page);
  }
  // Another call of its item has failed.
  function drop(page: SimulatedPage, call: SimulatedCall): void {
    count.made += 1;
    page.held -= call.hold;
    page.spent += call.hold;
    page.tranche.settle(call.name, undefined);
  }
  function review(page: SimulatedPage): void {
    if (!page.tranche.review(page.calls.length > 0)) return;
    const report = page.tranche.report();
    page.returned = toAmount(report.returned);
    if (page.spent + page.held > page.granted - page.returned) {
      faults.push(`page ${page.page} has given back what it needs`);
    }
    send(() => note(page.page, report));
  }

  // Whoever operates it.
  for (let change = whole(0, 3); change > 0; change -= 1) {
    queue.add(between(0, 40), () => {
      if (isPaused) return;
      cap = chance(0.5) ? cap + dearestHold * BigInt(whole(1, 30)) : (cap * BigInt(whole(10, 95))) / 100n;
      ledger.setCap(formatAmount(cap));
      grant();
    });
  }
  if (chance(0.3)) {
    queue.add(between(0, 30), () => {
      if (isPaused || isOver) return;
      hold();
      queue.add(between(5, 40), go);
    });
  }
  if (chance(0.5)) queue.add(between(0, 30), () => (isRenewing = next < pages.length && live.length > 0));

  queue.add(0, fill);
  const mayGoOn = (): boolean => faults.length === 0 && !isOver;
  while (mayGoOn() && queue.runNext());
  if (meter() > spentInAll() + live.reduce((sum, { held }) => sum + held, 0n)) {
    faults.push(`the meter says ${meter()}, and no more than ${spentInAll()} is told`);
  }
  if (!isOver && faults.length === 0) faults.push('nothing goes on, and the run is not over');
  return { faults: faults.map((fault) => `seed ${seed}: ${fault}`), calls: all.length, ...count };
}

function atLeast(amount: Amount, least: Amount): Amount {
  return amount < least ? least : amount;
}

// The world's own way: what is under test must not be what it is measured by.
function toAmount(text: string): Amount {
  const [units = '0', fraction = ''] = text.split('.');
  return BigInt(units + fraction.padEnd(8, '0'));
}

function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    act();
  };
}
