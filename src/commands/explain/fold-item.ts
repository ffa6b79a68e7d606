import type { Plan, PlannedItem } from '../../plan/plan.ts';
import type { Charge } from '../../pollen/settle.ts';
import type { AttemptRecord, ItemRecord } from '../../records/record.ts';
import { sumCosts } from '../../records/tally.ts';
import { costOf } from '../../report/bill.ts';
import { billRows, REUSED, type BillRow } from '../../report/bill-rows.ts';
import { isMissing, resultLine, type ResultLine } from '../../report/result-line.ts';
import { broughtTo, withLate } from '../../report/with-late.ts';
import { partName, runKeys, type CallPart, type RunLocation } from '../../storage/keys.ts';
import type { Sight } from '../runs/follow.ts';
import { priceOf } from '../../report/price-of.ts';
import type { Explained, ExplainedAttempt, ExplainedCall, ItemState } from './explained.ts';
import { itemCalls, type ItemCall } from './item-calls.ts';
import type { ItemLeft } from './item-left.ts';
import { readTold, type Pricing, type ToldHistory } from './told-history.ts';
import { underWayOf, type PendingCall } from './under-way.ts';

/** What was found of an item. */
export interface FoundOfItem {
  readonly run: RunLocation;
  readonly plan: Plan;
  readonly item: PlannedItem;
  readonly page: number;
  readonly sight: Sight;
  readonly left: ItemLeft;
  readonly pending: readonly PendingCall[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Puts what was found of an item together. */
export function foldItem({ run, plan, item, page, sight, left, pending, now }: FoundOfItem): Explained {
  const { record, late } = left;
  const underWay = pending.map((call) => ({ call, part: partOfPending(item, call) }));
  const own = resultLine(item, record, left.left);
  const recorded = withLate(own, late);
  const brought = broughtTo(own, late);
  const planned = itemCalls(plan, item, {
    parts: [...partsIn(recorded), ...underWay.flatMap(({ part }) => (part === undefined ? [] : [part]))],
    requests: left.requests,
    inputKey: (sha256) => runKeys(run).input(sha256),
  });
  const told = new Map<string, { readonly call: PendingCall; readonly history: ToldHistory }>();
  for (const { call, part } of underWay) {
    const of = planned.find((one) => nameOf(one.part) === nameOf(part));
    if (of === undefined || record !== undefined) continue;
    told.set(nameOf(part), { call, history: readTold(call.details, pricingOf(plan, of)) });
  }
  const line = [...told].reduce((known, [name, { history }]) => {
    const part = planned.find((one) => nameOf(one.part) === name)?.part;
    return withTold(known, history.attempts, part);
  }, recorded);
  const lateTimes = new Set(brought.map(({ at }) => at));
  const rows = billRows(line, {
    priceOf: priceOf(plan),
    correct: left.correct,
    isLate: ({ at }) => at !== undefined && lateTimes.has(at),
  });
  const state = stateOf(record, sight, pending);
  const calls = planned.map((call): ExplainedCall => {
    const name = nameOf(call.part);
    const way = told.get(name);
    const own = rows.filter((row) => nameOf(partIn(row)) === name);
    const kept = left.kept.find(({ part }) => nameOf(part) === name);
    const keptThrottled = kept === undefined ? 0 : readTold(kept.history, pricingOf(plan, call)).throttled;
    const { shared: _shared, ...shown } = call;
    return {
      ...shown,
      ...endOf(line, call, state, way !== undefined),
      attempts: own.flatMap((row) => (row.code === REUSED ? [] : [attemptOf(row, line)])),
      throttled: Math.max(throttledOf(line, call), keptThrottled, way?.history.throttled ?? 0),
      cost: sumCosts(own.map(costOf)),
      ...(way === undefined ? {} : { underWay: underWayOf(way.call, way.history, now) }),
    };
  });
  const unknown = (charges: readonly Pick<Charge, 'certainty'>[]): number =>
    charges.filter(({ certainty }) => certainty === 'unknown').length;
  return {
    run,
    number: item.number,
    id: item.id,
    ...(item.customId === undefined ? {} : { customId: item.customId }),
    page,
    state,
    sight,
    calls,
    cost: sumCosts(rows.map(costOf)),
    corrected: unknown(line.attempts.map(({ charge }) => charge)) - unknown(rows),
    late: brought.length,
    ...(record?.status === 'failed' ? { fault: record.fault } : {}),
    objects: left.objects,
    plan,
  };
}

function pricingOf({ api }: Plan, { maximum, shared }: ItemCall): Pricing {
  return { mode: api.cacheMode, maximum, shared };
}

function stateOf(record: ItemRecord | undefined, sight: Sight, pending: readonly PendingCall[]): ItemState {
  if (record !== undefined) return record.status;
  switch (sight.kind) {
    case 'ended':
      return sight.marker.state === 'expired' ? 'expired' : 'cancelled';
    case 'running':
      return pending.length > 0 ? 'under-way' : 'waiting';
    case 'broken':
      return 'left';
    case 'silent':
      return 'unknown';
  }
}

// A call without an end of its own stands as its item does.
function endOf(
  line: ResultLine,
  { part }: ItemCall,
  state: ItemState,
  isUnderWay: boolean,
): Pick<ExplainedCall, 'state' | 'reused' | 'fault' | 'text' | 'doubt'> {
  const end = part === undefined ? line : line.steps?.find((step) => nameOf(step) === nameOf(part));
  if (end === undefined || isMissing(end)) {
    if (isUnderWay) return { state: 'under-way' };
    return {
      state:
        state === 'under-way' ? 'waiting' : state === 'succeeded' || state === 'failed' ? 'cancelled' : state,
    };
  }
  return {
    state: end.status,
    ...(end.reused === undefined ? {} : { reused: end.reused.runId }),
    ...('fault' in end && end.fault !== undefined ? { fault: end.fault } : {}),
    ...('text' in end && end.text !== undefined ? { text: end.text } : {}),
    ...('answer' in end && end.answer !== undefined ? { text: end.answer } : {}),
    ...('doubt' in end && end.doubt !== undefined ? { doubt: end.doubt } : {}),
  };
}

function throttledOf(line: ResultLine, { part }: ItemCall): number {
  if (part === undefined) return line.throttled ?? 0;
  return line.steps?.find((step) => nameOf(step) === nameOf(part))?.throttled ?? 0;
}

function attemptOf(row: BillRow, { attempts }: ResultLine): ExplainedAttempt {
  const { attempt, at, worker, code, status, requestId, usage, cache, amount, certainty, fate } = row;
  const name = nameOf(partIn(row));
  const known = attempts.find(
    (one) => one.attempt === attempt && one.at === at && nameOf(partIn(one)) === name,
  );
  return {
    attempt,
    ...(at === undefined ? {} : { at }),
    ...(worker === undefined ? {} : { worker }),
    code,
    ...(status === undefined ? {} : { status }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(known?.latencyMs === undefined ? {} : { latencyMs: known.latencyMs }),
    ...(usage === undefined ? {} : { usage }),
    ...(cache === undefined ? {} : { cache }),
    charge: { amount, certainty },
    fate,
  };
}

function withTold(line: ResultLine, told: readonly AttemptRecord[], part: CallPart | undefined): ResultLine {
  const own = line.attempts.filter((one) => nameOf(partIn(one)) === nameOf(part));
  const others = line.attempts.filter((one) => nameOf(partIn(one)) !== nameOf(part));
  const toldNumbers = new Set(told.map(({ attempt }) => attempt));
  const all = [
    ...own.filter(({ attempt }) => !toldNumbers.has(attempt)),
    ...told.map((one) => ({ ...one, ...part })),
  ];
  return { ...line, attempts: [...others, ...all.sort((left, right) => left.attempt - right.attempt)] };
}

function partOfPending(item: PlannedItem, { step, index, repair }: PendingCall): CallPart | undefined {
  const id = 'steps' in item && step !== undefined ? item.steps[step]?.id : undefined;
  if (id === undefined) return undefined;
  return {
    step: id,
    ...(index === undefined ? {} : { index }),
    ...(repair === undefined ? {} : { repair }),
  };
}

function partsIn({ steps = [], attempts }: ResultLine): readonly CallPart[] {
  return [...steps, ...attempts].flatMap((one) => partIn(one) ?? []);
}

function partIn({ step, index, repair }: Partial<CallPart>): CallPart | undefined {
  if (step === undefined) return undefined;
  return {
    step,
    ...(index === undefined ? {} : { index }),
    ...(repair === undefined ? {} : { repair }),
  };
}

function nameOf(part: CallPart | undefined): string {
  return part === undefined ? '' : partName(part);
}
