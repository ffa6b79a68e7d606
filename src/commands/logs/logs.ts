import { PollenBatchError } from '../../errors.ts';
import type { Plan } from '../../plan/plan.ts';
import { readChanges } from '../../records/changes.ts';
import { readLate } from '../../records/late.ts';
import { readMarker, readPlan, type Marker } from '../../records/run-store.ts';
import type { RunLocation } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { StoreError } from '../../storage/store-error.ts';
import { checkWhole } from '../gc/gone.ts';
import { findItem } from '../explain/find-item.ts';
import type { Sight } from '../runs/follow.ts';
import { createTail, inOrder, type EventGroup } from './in-order.ts';
import { byTime, wanted, type LogEvent, type LogFilter } from './log-event.ts';
import {
  listBegun,
  listSealed,
  openPage,
  readSealed,
  type OpenPage,
  type PageLogOptions,
  type SealedPage,
} from './page-log.ts';
import { changeEvents, createPauseLog, endedEvent, plannedEvent, readRunEvents } from './run-events.ts';
import { createPatience } from '../session/patience.ts';
import type { Reading } from '../session/reading.ts';
import type { Watched } from '../watch/watch.ts';

export interface LogsOptions extends Omit<LogFilter, 'item'> {
  /** Id or number of the only item that is wanted. @default all */
  readonly item?: string;
  /** Only so many, the last ones. @default all */
  readonly tail?: number;
}

/** The log of a run. */
export interface RunLog {
  /** What has happened so far, in order of time. */
  past(): AsyncGenerator<LogEvent>;
  /**
   * What happens after that, in order of when it is known, until the run ends or the signal.
   *
   * @param onSilence - told at each look why nothing can be seen at the moment, once that has lasted
   * @returns how that ended
   * @throws PollenBatchError `temporal-unreachable` where the run has not ended and Temporal is away at the start
   */
  follow(
    signal: AbortSignal,
    onSilence: (reason: string | undefined) => void,
  ): AsyncGenerator<LogEvent, Followed>;
}

/** How following it ended. */
export type Followed = Exclude<Watched, { readonly kind: 'paused' }>;

/** Events in memory beside those of pages that overlap; more pages are read twice instead. */
const HELD = 20_000;
const EVERY_MS = 1_000;
/** A store may tell times in whole seconds. */
const GRAIN_MS = 1_000;

/**
 * Opens the log of a run. Of one that has ended it needs no Temporal.
 *
 * @throws PollenBatchError `not-found` when it has no such item, `usage` when an item is asked for before it is planned
 */
export async function openLog(
  { store, temporal }: Pick<Reading, 'temporal'> & { readonly store: ObjectStore },
  run: RunLocation,
  options: LogsOptions,
): Promise<RunLog> {
  const { item: name, tail: tailed, ...filter } = options;
  const ended = await readMarker(store, run);
  if (ended !== undefined) checkWhole(run, ended);
  let plan = await readPlan(store, run);
  const only = name === undefined ? undefined : await findItem(store, run, planned(run, plan), name);
  const isWanted = wanted({ ...filter, ...(only === undefined ? {} : { item: only.item.number }) });
  const isOwn = (page: number): boolean => only === undefined || only.page === page;
  const told = new Set<number>();
  const open = new Map<number, OpenPage>();
  const pauses = createPauseLog();
  let changes = 0;
  let isPlanTold = false;
  let isEndTold = false;

  async function optionsOf(known: Plan, marker: Marker | undefined): Promise<PageLogOptions> {
    const late = await readLate(store, run, only?.item.number);
    return { store, run, plan: known, marker, late, item: only?.item.number };
  }
  function openOnce(given: PageLogOptions, page: number): OpenPage {
    const known = open.get(page) ?? openPage(given, page);
    open.set(page, known);
    return known;
  }

  async function* past(): AsyncGenerator<LogEvent> {
    if (plan === undefined) return;
    const marker = await readMarker(store, run);
    const given = await optionsOf(plan, marker);
    const tail = tailed === undefined ? undefined : createTail(tailed);
    const groups: EventGroup[] = [];
    let held = 0;
    function add(all: readonly LogEvent[], again?: () => Promise<readonly LogEvent[]>): void {
      const events = all.filter(isWanted);
      const [first] = events;
      if (first === undefined) return;
      if (tail !== undefined) return tail.add(events);
      const isHeld = again === undefined || held < HELD;
      if (isHeld) held += events.length;
      groups.push({ from: first.at, read: isHeld ? holding(events) : reading(again, isWanted) });
    }

    const ofRun = await readRunEvents(store, run, plan, marker);
    add([...ofRun].sort(byTime));
    changes = ofRun.filter(({ kind }) => kind === 'change').length;
    isPlanTold = true;
    isEndTold = marker !== undefined;
    const sealed = (await listSealed(store, run)).filter(({ page }) => isOwn(page));
    for (const page of sealed) told.add(page.page);
    for (const page of await listBegun(store, run)) {
      if (marker === undefined && isOwn(page) && !told.has(page)) add(await openOnce(given, page).read());
    }
    const newestFirst = sealed.toSorted((left, right) => Number(right.modified) - Number(left.modified));
    for (const page of newestFirst) {
      // What came late may be younger than the part that has it not.
      const isOld = (from = ''): boolean => given.late.size === 0 && lastMoment(page) < from;
      if (isOld(filter.since) || isOld(tail?.from())) break;
      add(await readSealed(given, page), () => readSealed(given, page));
    }
    yield* tail === undefined ? inOrder(groups) : tail.read();
  }

  async function news(sight: Sight): Promise<readonly LogEvent[]> {
    plan ??= await readPlan(store, run);
    if (plan === undefined) return [];
    const marker = sight.kind === 'ended' ? sight.marker : undefined;
    const given = await optionsOf(plan, marker);
    const events: LogEvent[] = isPlanTold ? [] : [plannedEvent(plan)];
    const sealed = (await listSealed(store, run)).filter(({ page }) => isOwn(page) && !told.has(page));
    for (const page of sealed) {
      const last = await open.get(page.page)?.read();
      events.push(
        ...(last === undefined ? await readSealed(given, page) : [...last, sealedEvent(page, last)]),
      );
      told.add(page.page);
      open.delete(page.page);
    }
    for (const page of await listBegun(store, run)) {
      if (isOwn(page) && !told.has(page)) events.push(...(await openOnce(given, page).read()));
    }
    const known = await readChanges(store, run);
    events.push(...changeEvents(known.slice(changes)));
    changes = known.length;
    isPlanTold = true;
    if (sight.kind === 'running') events.push(...pauses(sight.view.paused ?? [], new Date().toISOString()));
    if (marker !== undefined && !isEndTold) {
      events.push(endedEvent(marker));
      isEndTold = true;
    }
    return events.filter(isWanted).sort(byTime);
  }

  return {
    past,
    async *follow(signal, onSilence) {
      const marker = await readMarker(store, run);
      if (marker !== undefined) {
        yield* await news({ kind: 'ended', marker });
        return { kind: 'ended', marker };
      }
      const connected = await temporal();
      if (connected instanceof PollenBatchError) throw connected;
      // Temporal's client is loaded by now, which takes a while.
      const { follow } = await import('../runs/follow.ts');
      const silenceOf = createPatience();
      for await (const sight of follow({ store, temporal: connected }, run, EVERY_MS, signal)) {
        if (signal.aborted && sight.kind !== 'ended') break;
        let reason = sight.kind === 'silent' ? sight.reason : undefined;
        try {
          yield* await news(sight);
        } catch (error) {
          const isAway = error instanceof StoreError && error.code === 'store-unavailable';
          if (!isAway || sight.kind === 'ended') throw error;
          reason = 'the store does not answer';
        }
        if (sight.kind === 'ended' || sight.kind === 'broken') return sight;
        onSilence(silenceOf(reason));
      }
      return { kind: 'left' };
    },
  };
}

// Functions of their own: what is read again must not keep what was read before, as closures of one scope do.
function holding(events: readonly LogEvent[]): EventGroup['read'] {
  return () => Promise.resolve(events);
}

function reading(again: EventGroup['read'], isWanted: (event: LogEvent) => boolean): EventGroup['read'] {
  return async () => (await again()).filter(isWanted);
}

function planned({ runId }: RunLocation, plan: Plan | undefined): Plan {
  if (plan !== undefined) return plan;
  throw new PollenBatchError('usage', `run ${runId} has not been planned yet, so it has no items`, {
    remedy: `Follow it whole, with \`pollen-batch logs ${runId} -f\`.`,
  });
}

function lastMoment({ modified }: SealedPage): string {
  return new Date(modified.getTime() + GRAIN_MS).toISOString();
}

function sealedEvent({ page, modified }: SealedPage, last: readonly LogEvent[]): LogEvent {
  const at = last.reduce((latest, event) => (event.at > latest ? event.at : latest), modified.toISOString());
  return { at, kind: 'sealed', page };
}
