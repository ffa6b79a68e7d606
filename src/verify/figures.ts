import type { Plan } from '../plan/plan.ts';
import type { AttemptRecord, SucceededRecord } from '../records/record.ts';
import type { Report } from '../report/report.ts';
import type { ResultLine } from '../report/result-line.ts';
import { priceOfCall } from './check-attempts.ts';
import { readUnits, writeUnits, type Units } from './money.ts';

type Fate = keyof NonNullable<Report['paid']>;
type Usage = SucceededRecord['usage'];

/** The figures that a report has beside its tally; those of earlier versions have none of them. */
export type Figures = Pick<Report, 'paid' | 'saved' | 'failures' | 'throttled' | 'latency'>;

/** Adds them up apart from the code that has written the report. */
export interface FigureFold {
  /**
   * Counts an item.
   *
   * @param late - those of its attempts that it does not list itself
   */
  add(line: ResultLine, late: readonly AttemptRecord[]): void;
  /** How long an answer of this run took, in milliseconds. */
  time(kind: string, model: string, latencyMs: number): void;
  read(): Figures;
}

interface Call {
  readonly kind: 'text' | 'image';
  readonly model: string;
  readonly usage: Usage;
  readonly isReused: boolean;
}

/** Figures of nothing yet. */
export function createFigureFold(plan: Plan): FigureFold {
  const paid = { kept: nothing(), wasted: nothing(), duplicate: nothing(), late: nothing() };
  const saved = { cache: nothing(), reuse: nothing() };
  const failures = new Map<string, { code: string; items: number; example: string; remedy: string }>();
  const times = new Map<string, { model: string; kind: string; all: number[] }>();
  const throttled = { attempts: 0, items: 0 };

  function save(kind: keyof typeof saved, call: Call, usage: Usage): void {
    const price = priceOfCall(plan, call, usage);
    if (price === 0n) return;
    saved[kind].attempts += 1;
    if (price === undefined) saved[kind].unpriced += 1;
    else saved[kind].units += price;
  }
  function addCall(call: Call, attempts: readonly AttemptRecord[], late: ReadonlySet<string>): void {
    for (const [index, attempt] of attempts.entries()) {
      const fate = fateOf(attempt, attempts.slice(0, index), attempts.slice(index + 1), late);
      const model = attempt.model ?? call.model;
      if (fate === 'saved') save('cache', { ...call, model }, attempt.usage ?? call.usage);
      else if (fate !== undefined) {
        paid[fate].attempts += 1;
        paid[fate].units += readUnits(attempt.charge.amount) ?? 0n;
      }
    }
  }

  return {
    add(line, late) {
      const came = new Set(late.flatMap(({ at }) => at ?? []));
      const calls = callsOf(line);
      for (const call of calls.values()) if (call.isReused) save('reuse', call, call.usage);
      for (const name of new Set(line.attempts.map(nameOf))) {
        const own = line.attempts.filter((attempt) => nameOf(attempt) === name);
        addCall(calls.get(name) ?? wholeCall(line), own, came);
      }
      throttled.attempts += line.throttled ?? 0;
      if ((line.throttled ?? 0) > 0) throttled.items += 1;
      if (line.status !== 'failed') return;
      const { code, remedy } = line.fault;
      const known = failures.get(code) ?? { code, items: 0, example: line.id, remedy };
      failures.set(code, { ...known, items: known.items + 1 });
    },
    time(kind, model, latencyMs) {
      const name = `${kind} ${model}`;
      const known = times.get(name) ?? { model, kind, all: [] };
      known.all.push(Math.round(latencyMs));
      times.set(name, known);
    },
    read: () => ({
      paid: {
        kept: shareOf(paid.kept),
        wasted: shareOf(paid.wasted),
        duplicate: shareOf(paid.duplicate),
        late: shareOf(paid.late),
      },
      saved: {
        cache: { ...shareOf(saved.cache), unpriced: saved.cache.unpriced },
        reuse: { ...shareOf(saved.reuse), unpriced: saved.reuse.unpriced },
      },
      failures: [...failures.values()].sort((one, other) =>
        one.items === other.items ? (one.code > other.code ? 1 : -1) : other.items - one.items,
      ),
      throttled,
      latency: [...times.keys()].sort().map((name) => latencyOf(times.get(name) ?? { all: [] })),
    }),
  };
}

function nothing() {
  return { attempts: 0, units: 0n as Units, unpriced: 0 };
}

function shareOf({ attempts, units }: ReturnType<typeof nothing>) {
  return { attempts, pollen: writeUnits(units) };
}

function latencyOf({
  model = '',
  kind = '',
  all,
}: {
  model?: string;
  kind?: string;
  all: number[];
}): NonNullable<Report['latency']>[number] {
  all.sort((one, other) => one - other);
  const within = (share: number): number => all[Math.ceil(all.length * share) - 1] ?? 0;
  return {
    model,
    kind: kind as 'text' | 'image',
    answers: all.length,
    medianMs: within(0.5),
    p95Ms: within(0.95),
  };
}

// What was paid is kept where its answer is the result, or where the cache gave that answer again for nothing.
function fateOf(
  attempt: AttemptRecord,
  before: readonly AttemptRecord[],
  after: readonly AttemptRecord[],
  late: ReadonlySet<string>,
): Fate | 'saved' | undefined {
  if (attempt.charge.certainty === 'unknown') return undefined;
  const isAnswer = attempt.code === 'answered';
  if (!isPaid(attempt))
    return isAnswer && attempt.cache?.status === 'hit' && !before.some(isPaid) ? 'saved' : undefined;
  if (attempt.code === 'duplicate') return 'duplicate';
  const cameAgain =
    !after.some(isPaid) && after.some(({ code, cache }) => code === 'answered' && cache?.status === 'hit');
  if (!isAnswer && !cameAgain) return 'wasted';
  return attempt.at !== undefined && late.has(attempt.at) ? 'late' : 'kept';
}

function isPaid({ charge }: AttemptRecord): boolean {
  return charge.certainty === 'exact' && (readUnits(charge.amount) ?? 0n) > 0n;
}

function callsOf(line: ResultLine): ReadonlyMap<string, Call> {
  if (line.steps === undefined) return new Map([['', wholeCall(line)]]);
  return new Map(
    line.steps.map((step) => {
      const { kind, model, usage = {}, status, reused } = step;
      const isReused = status === 'succeeded' && (reused !== undefined || isTakenOver(line));
      return [nameOf(step), { kind, model, usage, isReused }];
    }),
  );
}

function wholeCall(line: ResultLine): Call {
  const { kind, model } = line;
  const hasSucceeded = line.status === 'succeeded';
  return {
    kind,
    model,
    usage: hasSucceeded ? line.usage : {},
    isReused: hasSucceeded && isTakenOver(line),
  };
}

function isTakenOver(line: ResultLine): boolean {
  return 'reused' in line && line.reused !== undefined;
}

function nameOf({
  step,
  index,
  repair,
}: {
  readonly step?: string;
  readonly index?: number;
  readonly repair?: number;
}): string {
  return step === undefined ? '' : [step, index, repair].join('/');
}
