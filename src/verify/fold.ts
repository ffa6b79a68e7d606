import type { Plan } from '../plan/plan.ts';
import type { BillLine, Report } from '../report/report.ts';
import type { CancelledItem, ResultLine } from '../report/result-line.ts';
import type { AttemptRecord, StepResult, SucceededRecord } from '../records/record.ts';
import type { Tally } from '../records/tally.ts';
import { addSums, costOf, noSum, sumOfCost, type Sum } from './check-attempts.ts';
import { createFigureFold, type Figures } from './figures.ts';

interface Count {
  succeeded: number;
  reused: number;
  failed: number;
  cancelled: number;
  expired: number;
  throttled: number;
  sum: Sum;
}

type Measured = Report['measured'][number];

/** What the items of a run come to, added up apart from the code that has written its report. */
export interface RunFold {
  /**
   * Counts an item.
   *
   * @param late - those of its attempts that it does not list itself. @default none
   */
  add(line: ResultLine, late?: readonly AttemptRecord[]): void;
  readonly tally: () => Tally;
  readonly models: () => readonly {
    readonly kind: string;
    readonly model: string;
    readonly items: number;
    readonly tally: Tally;
  }[];
  readonly attempts: () => Readonly<Record<string, number>>;
  readonly measured: () => readonly Measured[];
  readonly figures: () => Figures;
}

/** A fold over nothing yet. */
export function createRunFold(plan: Plan): RunFold {
  const all = emptyCount();
  const figures = createFigureFold(plan);
  const models = new Map<string, { kind: string; model: string; items: number; count: Count }>();
  const attempts: Record<string, number> = {};
  const measured = new Map<string, Measured>();

  function addModel(
    { kind, model }: Pick<StepResult, 'kind' | 'model'>,
    counted: Parameters<typeof count>[1],
  ): void {
    const name = `${kind} ${model}`;
    const known = models.get(name) ?? { kind, model, items: 0, count: emptyCount() };
    known.items += 1;
    count(known.count, counted);
    models.set(name, known);
  }

  return {
    add(line, late = []) {
      count(all, line);
      figures.add(line, late);
      if (line.steps === undefined) addModel(line, line);
      else for (const step of line.steps) addModel(step, { ...step, reused: undefined });
      for (const { code } of line.attempts) attempts[code] = (attempts[code] ?? 0) + 1;
      const throttled = isMissing(line) ? 0 : line.throttled;
      if (throttled > 0) attempts['throttled'] = (attempts['throttled'] ?? 0) + throttled;
      for (const { times, ...one } of measure(line)) {
        for (const ms of times) figures.time(one.kind, one.model, ms);
        const name = `${one.kind} ${one.model}`;
        const known = measured.get(name);
        measured.set(name, known === undefined ? one : addMeasured(known, one));
      }
    },
    tally: () => tallyOf(all),
    models: () =>
      [...models.values()].map(({ kind, model, items, count: own }) => ({
        kind,
        model,
        items,
        tally: tallyOf(own),
      })),
    attempts: () => attempts,
    measured: () => [...measured.values()],
    figures: () => figures.read(),
  };
}

function emptyCount(): Count {
  return { succeeded: 0, reused: 0, failed: 0, cancelled: 0, expired: 0, throttled: 0, sum: noSum };
}

function count(
  into: Count,
  {
    status,
    cost,
    throttled = 0,
    reused,
  }: { status: ResultLine['status']; cost: unknown; throttled?: number; reused?: unknown },
): void {
  into[status] += 1;
  if (reused !== undefined) into.reused += 1;
  into.throttled += throttled;
  into.sum = addSums(into.sum, sumOfCost(cost) ?? noSum);
}

function tallyOf({ succeeded, reused, failed, cancelled, expired, throttled, sum }: Count): Tally {
  return {
    succeeded,
    ...(reused === 0 ? {} : { reused }),
    failed,
    cancelled,
    ...(expired === 0 ? {} : { expired }),
    ...costOf(sum),
    throttled,
  };
}

// Answers of this run alone; the time of one that a cache gave says nothing of the model.
function measure(line: ResultLine): readonly (Measured & { readonly times: readonly number[] })[] {
  if (isMissing(line) || line.reused !== undefined) return [];
  const calls: readonly (Pick<StepResult, 'kind' | 'model' | 'status'> & {
    readonly usage?: SucceededRecord['usage'];
    readonly step?: string;
    readonly index?: number;
    readonly repair?: number;
    readonly reused?: unknown;
  })[] = line.steps ?? [line];
  return calls
    .filter(({ status, reused }) => status === 'succeeded' && reused === undefined)
    .map(({ kind, model, usage = {}, step, index, repair }) => {
      const timed = line.attempts.filter(
        (attempt) =>
          attempt.code === 'answered' &&
          attempt.cache?.status !== 'hit' &&
          attempt.latencyMs !== undefined &&
          (line.steps === undefined ||
            (attempt.step === step && attempt.index === index && attempt.repair === repair)),
      );
      return {
        kind,
        model,
        answers: Object.keys(usage).length > 0 ? 1 : 0,
        usage,
        timed: timed.length,
        latencyMs: timed.reduce((sum, { latencyMs = 0 }) => sum + latencyMs, 0),
        times: timed.flatMap(({ latencyMs }) => latencyMs ?? []),
      };
    });
}

/** Whether an item has ended without a record. */
export function isMissing(line: ResultLine): line is CancelledItem {
  return line.status === 'cancelled' || line.status === 'expired';
}

function addMeasured(left: Measured, right: Measured): Measured {
  const usage: Record<string, number> = { ...left.usage };
  for (const [type, units] of Object.entries(right.usage)) usage[type] = (usage[type] ?? 0) + units;
  return {
    ...left,
    answers: left.answers + right.answers,
    usage,
    timed: left.timed + right.timed,
    latencyMs: left.latencyMs + right.latencyMs,
  };
}

/** The lines of the bill that an item must have. */
export function billOf(line: ResultLine): readonly BillLine[] {
  return line.attempts.map((attempt) => {
    const { step, index, repair, at, requestId, charge } = attempt;
    return {
      number: line.number,
      id: line.id,
      ...(step === undefined ? {} : { step }),
      ...(index === undefined ? {} : { index }),
      ...(repair === undefined ? {} : { repair }),
      model: attempt.model ?? line.model,
      attempt: attempt.attempt,
      ...(at === undefined ? {} : { at }),
      code: attempt.code,
      ...(requestId === undefined ? {} : { requestId }),
      amount: charge?.amount,
      certainty: charge?.certainty,
    };
  });
}

/** What an item that failed has in the list of errors: all but what was answered. */
export function errorOf(line: ResultLine): Readonly<Record<string, unknown>> | undefined {
  if (line.status !== 'failed') return undefined;
  const { answer: _answer, ...rest } = line;
  if (rest.steps === undefined) return rest;
  return { ...rest, steps: rest.steps.map(({ text: _text, ...step }) => step) };
}
