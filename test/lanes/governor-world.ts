import { withNote, type AttemptHistory } from '../../src/activities/attempt-history.ts';
import { decide } from '../../src/activities/decide.ts';
import type { LaneOutcome } from '../../src/lanes/governor/ledger.ts';
import { createLaneMind, type Advice, type LaneMind } from '../../src/lanes/governor/mind.ts';
import { parseReason } from '../../src/lanes/governor/reason.ts';
import type { ConfiguredRate, Phase } from '../../src/lanes/governor/state.ts';
import { sampleFault, sampleHistory, sampleNote } from '../support/samples.ts';
import { seededRandom } from '../support/seeded-random.ts';

/** What the API of the world does, in seconds from the start. */
export interface WorldApi {
  /** Calls a second that it takes, from each moment on. */
  readonly limits: readonly (readonly [from: number, rps: number])[];
  readonly burst: number;
  readonly retryAfter?: boolean;
  /** Calls of one account at once. @default any number */
  readonly inFlight?: number;
  /** When that is over. @default never */
  readonly inFlightUntil?: number;
  /** Share of calls that the API refuses for what they ask, outages or not. @default 0 */
  readonly refused?: number;
  /** Spans in which every call fails. */
  readonly outages?: readonly (readonly [from: number, to: number])[];
  /** Spans in which something on the way answers every call by a page; items that have had their tries fail. */
  readonly pages?: readonly (readonly [from: number, to: number])[];
  /** Seconds that calls take to the API, about: uneven ones, that bring some of them close together. @default 0 */
  readonly jitter?: number;
  /** Median of an answer's time, in seconds. @default 1 */
  readonly latency?: number;
}

export interface WorldOptions {
  readonly seed: number;
  readonly seconds: number;
  readonly workers: number;
  readonly configured: ConfiguredRate;
  readonly concurrency?: number;
  /** Calls that runs may have waiting and in flight, all in all. @default any number */
  readonly places?: number;
  /** Items that there are. @default without end */
  readonly items?: number;
  readonly api: WorldApi;
  /** When a worker is killed, the one with the one slot if there is such; another one comes a second later. */
  readonly kill?: number;
  /** Asked every second whether the world may end before its time. */
  readonly until?: (world: { readonly now: number; readonly minds: readonly LaneMind[] }) => boolean;
  /** A write is lost with this probability. */
  readonly lossy?: number;
}

export interface World {
  /** When it ended. */
  readonly end: number;
  readonly sent: number;
  readonly answered: readonly number[];
  readonly throttled: readonly number[];
  readonly failed: readonly number[];
  /** When items were given up. */
  readonly givenUp: readonly number[];
  /** Answered calls over those that the bucket allowed. */
  readonly share: number;
  /** Of all calls, those that were throttled. */
  readonly throttles: number;
  /** Every rate that the queue had. */
  readonly rates: readonly QueueRateAt[];
  readonly minds: readonly LaneMind[];
  readonly writes: number;
}

interface QueueRateAt {
  readonly at: number;
  readonly rps: number | undefined;
  readonly by: string;
  /** What the lane was doing. */
  readonly phase: Phase['kind'] | undefined;
}

interface Item {
  readonly name: string;
  history: AttemptHistory;
}

/** Runs a lane under a clock of its own: a queue as Temporal's, workers that read and write its rate, an API. */
export function runWorld(options: WorldOptions): World {
  const { api, configured, concurrency = 64, seconds } = options;
  const random = seededRandom(options.seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const events = createHeap();
  const answered: number[] = [];
  const throttled: number[] = [];
  const failed: number[] = [];
  const givenUp: number[] = [];
  const rates: QueueRateAt[] = [];
  let now = 0;
  let sent = 0;
  let made = 0;
  let writes = 0;

  // The queue: Temporal's limiter lets the starts of one second, and one more, through at once.
  let rps: number | undefined;
  let isSet = false;
  let reason: string | undefined;
  let writtenAt = 0;
  let ready = -1;
  let wakeAt = Infinity;
  const retries: Item[] = [];
  let open = 0;
  const isWaiting = (): boolean =>
    retries.length > 0 || (open < (options.places ?? Infinity) && made < (options.items ?? Infinity));
  function take(): Item {
    const again = retries.shift();
    if (again !== undefined) return again;
    open += 1;
    return { name: `item ${(made += 1)}`, history: sampleHistory() };
  }

  // The API: a bucket of calls.
  let tokens = api.burst;
  let filledAt = 0;
  let running = 0;
  const limitAt = (at: number): number => api.limits.findLast(([from]) => from <= at)?.[1] ?? 1;
  function fill(): void {
    tokens = Math.min(api.burst, tokens + (now - filledAt) * limitAt(filledAt));
    filledAt = now;
  }
  for (const [from] of api.limits) events.add(from, fill);
  const isIn = (spans: WorldApi['outages']): boolean =>
    spans?.some(([from, to]) => now >= from && now < to) === true;
  function answer(): { readonly outcome: LaneOutcome; readonly seconds: number } {
    if (isIn(api.outages)) return { outcome: { code: 'gateway' }, seconds: 0.05 };
    if (isIn(api.pages)) return { outcome: { code: 'not-the-api' }, seconds: 0.05 };
    fill();
    const refuse = (waitSeconds: number): { outcome: LaneOutcome; seconds: number } => ({
      outcome: {
        code: 'rate-limited',
        ...(api.retryAfter === false ? {} : { retryAfterMs: Math.ceil(waitSeconds) * 1_000 }),
      },
      seconds: 0.02,
    });
    if (tokens < 1) return refuse((1 - tokens) / limitAt(now));
    if (running >= (api.inFlight ?? Infinity) && now < (api.inFlightUntil ?? Infinity)) return refuse(1);
    tokens -= 1;
    running += 1;
    if (random() < (api.refused ?? 0)) return { outcome: { code: 'bad-request' }, seconds: 0.02 };
    return { outcome: {}, seconds: (api.latency ?? 1) * Math.exp(0.5 * normal()) };
  }

  interface Worker {
    readonly name: string;
    readonly mind: LaneMind;
    inFlight: number;
    alive: boolean;
    early: boolean;
    /** Whether it has read the rate: it takes no call before. */
    ready: boolean;
  }
  const workers: Worker[] = [];
  const aliveOnes = (): readonly Worker[] => workers.filter(({ alive }) => alive);

  function hurry(worker: Worker): void {
    if (worker.early || !worker.mind.isUrgent(now)) return;
    worker.early = true;
    events.add(now + 0.05, () => tick(worker));
  }

  function call(worker: Worker, item: Item): void {
    sent += 1;
    worker.inFlight += 1;
    const end = worker.mind.sent(item.name, now);
    hurry(worker);
    const arrive = (): void => {
      const { outcome, seconds: duration } = answer();
      events.add(now + duration, () => {
        const { code } = outcome;
        if (code === undefined || code === 'bad-request') {
          running -= 1;
          open -= 1;
          if (code === undefined) answered.push(now);
        } else if (code === 'gateway' || code === 'not-the-api') failed.push(now);
        else throttled.push(now);
        if (!worker.alive) return;
        worker.inFlight -= 1;
        const advice = end(outcome, now);
        const { turnMs = 0 } = advice;
        hurry(worker);
        if (code === 'not-the-api' && isGivenUp(item, advice)) {
          open -= 1;
          givenUp.push(now);
        } else if (code !== undefined && code !== 'bad-request') {
          const wait = Math.max((outcome.retryAfterMs ?? 1_000) / 1_000, turnMs / 1_000);
          events.add(now + wait * (1 + random() / 2), () => {
            retries.push(item);
            dispatch();
          });
        }
        dispatch();
      });
    };
    if (api.jitter === undefined) arrive();
    else events.add(now + Math.abs(normal()) * api.jitter, arrive);
  }

  function dispatch(): void {
    for (;;) {
      if (rps === 0 || !isSet || !isWaiting()) return;
      const free = aliveOnes().filter(({ mind, inFlight, ready: polls }) => polls && inFlight < mind.width());
      const chosen = free[Math.floor(random() * free.length)];
      if (chosen === undefined) return;
      if (rps !== undefined) {
        if (ready > now + 1e-9) {
          if (wakeAt <= now || ready < wakeAt) {
            wakeAt = ready;
            events.add(ready, dispatch);
          }
          return;
        }
        ready = Math.max(ready, now - 1) + 1 / rps;
      }
      call(chosen, take());
    }
  }

  function tick(worker: Worker): void {
    worker.early = false;
    worker.ready = true;
    if (!worker.alive) return;
    const reading = {
      ...(rps === undefined ? {} : { rps }),
      ...(reason === undefined ? {} : { reason }),
      writtenAt,
      workers: aliveOnes().length,
      waiting: isWaiting(),
    };
    const rate = worker.mind.think(reading, now, writtenAt);
    if (rate === undefined) return;
    events.add(now + 0.11, () => {
      writes += 1;
      if (random() < (options.lossy ?? 0)) return;
      writtenAt += 1;
      reason = rate.reason;
      worker.mind.wrote(writtenAt, now);
      const wasSlow = rps !== undefined && rps < 0.2;
      events.add(now + (wasSlow ? 1.1 : 0.03), () => {
        // What one second may start all at once changes with the rate. After a stop the first turn has to pass.
        const wasStopped = rps === 0;
        rps = rate.rps;
        if (rps !== undefined && rps > 0) ready = wasStopped ? now + 1 / rps : Math.min(ready, now + 1 / rps);
        isSet = true;
        rates.push({ at: now, rps, by: worker.name, phase: parseReason(rate.reason)?.phase.kind });
        dispatch();
      });
    });
  }

  function startWorker(): void {
    const name = `worker ${workers.length + 1}`;
    const mind = createLaneMind({ worker: name, configured, concurrency });
    const worker: Worker = { name, mind, inFlight: 0, alive: true, early: false, ready: false };
    workers.push(worker);
    const loop = (): void => {
      tick(worker);
      dispatch();
      if (worker.alive) events.add(now + 1 + random() * 0.02, loop);
    };
    events.add(now + random(), loop);
  }
  for (let count = 0; count < options.workers; count += 1) startWorker();
  if (options.kill !== undefined) {
    events.add(options.kill, () => {
      const owner = workers.find(({ name, mind }) => mind.state()?.oneSlot?.by === name);
      const lost = owner ?? workers[0];
      if (lost !== undefined) lost.alive = false;
      events.add(now + 1, startWorker);
    });
  }
  let isOver = false;
  const look = (): void => {
    isOver = options.until?.({ now, minds: aliveOnes().map(({ mind }) => mind) }) === true;
    events.add(now + 1, look);
  };
  if (options.until !== undefined) look();
  for (let next = events.take(); next !== undefined && next.at <= seconds; next = events.take()) {
    now = next.at;
    next.run();
    if (isOver) break;
  }
  const allowed = api.limits.reduce((sum, [from, limit], index) => {
    const to = Math.min(seconds, api.limits[index + 1]?.[0] ?? seconds);
    return sum + Math.max(0, to - from) * limit;
  }, api.burst);
  return {
    end: now,
    sent,
    answered,
    throttled,
    failed,
    givenUp,
    // Those that are in flight at the end were admitted.
    share: (answered.length + running) / allowed,
    throttles: throttled.length / Math.max(1, sent),
    rates,
    minds: aliveOnes().map(({ mind }) => mind),
    writes,
  };
}

/** Notes the page that an item was given, and whether that was the last of its tries. */
function isGivenUp(item: Item, advice: Advice): boolean {
  const attempt = item.history.seen + 1;
  const note = sampleNote(attempt, { code: 'not-the-api', ...(advice.excused ? { excused: true } : {}) });
  item.history = withNote(item.history, note);
  return decide(item.history, sampleFault({ code: 'not-the-api' }), 0, advice).kind === 'fail';
}

interface Event {
  readonly at: number;
  readonly run: () => void;
}

function createHeap() {
  const heap: Event[] = [];
  const swap = (left: number, right: number): void => {
    const [one, other] = [heap[left], heap[right]];
    if (one === undefined || other === undefined) return;
    heap[left] = other;
    heap[right] = one;
  };
  const at = (index: number): number => heap[index]?.at ?? Infinity;
  return {
    add(when: number, run: () => void): void {
      heap.push({ at: when, run });
      for (let child = heap.length - 1; child > 0;) {
        const parent = (child - 1) >> 1;
        if (at(parent) <= at(child)) return;
        swap(parent, child);
        child = parent;
      }
    },
    take(): Event | undefined {
      const [first] = heap;
      const last = heap.pop();
      if (first === undefined || last === undefined) return undefined;
      if (heap.length === 0) return first;
      heap[0] = last;
      for (let parent = 0; ;) {
        const left = 2 * parent + 1;
        const child = at(left + 1) < at(left) ? left + 1 : left;
        if (at(parent) <= at(child)) return first;
        swap(parent, child);
        parent = child;
      }
    },
  };
}
