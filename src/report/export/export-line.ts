import type { PlannedItem, PlannedStep } from '../../plan/plan.ts';
import type { WireRequest } from '../../pollinations/dialects/dialect.ts';
import type { AttemptRecord, StepResult } from '../../records/record.ts';
import { partName } from '../../storage/keys.ts';
import type { CancelledItem, RecordLine, ResultLine } from '../result-line.ts';
import { askedOf, type Asked } from './asked.ts';
import { resultFile, stepFile } from './file-names.ts';

/** What an exported line tells besides the result. */
interface Told extends Partial<Asked> {
  /** Of the form of these lines. */
  readonly version: 1;
  /** Name of its file among the copies. */
  readonly file?: string;
  /** When its first attempt was sent and its last one ended, ISO 8601. */
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** Milliseconds that the answer took which counts. */
  readonly latencyMs?: number;
}

/** A step of an exported line. */
export type ExportStep = StepResult & Partial<Asked> & Pick<Told, 'file'>;

/** One line of `results.jsonl`: a result, and what was asked for. */
export type ExportLine = (
  | Omit<RecordLine & { status: 'succeeded' }, 'steps'>
  | Omit<RecordLine & { status: 'failed' }, 'steps'>
  | Omit<CancelledItem, 'steps'>
) &
  Told & { readonly steps?: readonly ExportStep[] };

/** What an item was asked for. */
export interface Planned {
  readonly item: PlannedItem;
  /** What calls sent that hung on earlier steps, by the names of these calls. */
  readonly requests: ReadonlyMap<string, WireRequest>;
}

/**
 * Joins a result with what was asked for: the plan has it, so the results do not keep it twice.
 *
 * @param digits - of the numbers in names of files
 */
export function exportLine(line: ResultLine, planned: Planned | undefined, digits: number): ExportLine {
  // Of a record that an older worker has sealed, whose results keep small pictures.
  const { steps, thumbnail: _thumbnail, ...result } = line as ResultLine & { readonly thumbnail?: unknown };
  return {
    version: 1,
    ...result,
    ...askedOfItem(planned),
    ...(line.status === 'succeeded' ? { file: resultFile(line, digits).name } : {}),
    ...timesOf(line.attempts),
    ...(steps === undefined ? {} : { steps: steps.map((step) => exportStep(line, step, planned, digits)) }),
  };
}

/** Calls whose bytes were fixed only when the calls before them had answered. */
export function laterCalls({ steps = [] }: ResultLine, item: PlannedItem | undefined): readonly StepResult[] {
  return steps.filter((step) => fixedRequest(item, step) === undefined);
}

function exportStep(
  line: ResultLine,
  step: StepResult,
  planned: Planned | undefined,
  digits: number,
): ExportStep {
  const request = planned && (planned.requests.get(partName(step)) ?? fixedRequest(planned.item, step));
  return {
    ...step,
    ...(request === undefined ? {} : askedOf(request)),
    ...(step.status === 'succeeded' ? { file: stepFile(line, step, digits).name } : {}),
  };
}

// Of an item of several calls the last one says what the item is.
function askedOfItem(planned: Planned | undefined): Partial<Asked> {
  if (planned === undefined) return {};
  const { item, requests } = planned;
  if (!('steps' in item)) return askedOf(item.request);
  const last = item.steps.at(-1);
  if (last === undefined) return {};
  const request = requests.get(last.id) ?? ('request' in last ? last.request : undefined);
  return request === undefined ? {} : askedOf(request);
}

function fixedRequest(
  item: PlannedItem | undefined,
  { step: id, index, repair }: StepResult,
): WireRequest | undefined {
  if (item === undefined || !('steps' in item) || index !== undefined || repair !== undefined)
    return undefined;
  const step: PlannedStep | undefined = item.steps.find((one) => one.id === id);
  return step !== undefined && 'request' in step ? step.request : undefined;
}

function timesOf(attempts: readonly AttemptRecord[]): Pick<Told, 'startedAt' | 'endedAt' | 'latencyMs'> {
  const timed = attempts.flatMap(({ at, latencyMs = 0 }) => (at === undefined ? [] : [{ at, latencyMs }]));
  const starts = timed.map(({ at, latencyMs }) => Date.parse(at) - latencyMs);
  const endedAt = timed
    .map(({ at }) => at)
    .sort()
    .at(-1);
  if (endedAt === undefined) return {};
  const answered = attempts.findLast(({ code }) => code === 'answered')?.latencyMs;
  return {
    startedAt: new Date(Math.min(...starts)).toISOString(),
    endedAt,
    ...(answered === undefined ? {} : { latencyMs: answered }),
  };
}
