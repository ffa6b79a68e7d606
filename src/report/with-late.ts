import type { LateAttempts } from '../records/late.ts';
import type { AttemptRecord, StepResult } from '../records/record.ts';
import { costOf } from '../records/tally.ts';
import type { CallPart } from '../storage/keys.ts';
import type { ResultLine } from './result-line.ts';

/**
 * A result line with what came late to its item: its result stays, its attempts and its cost tell all that is known. An
 * attempt that only left a hole, or that is listed already, is told of once.
 */
export function withLate(line: ResultLine, late: readonly LateAttempts[] = []): ResultLine {
  return late.reduce<ResultLine>(addLate, line);
}

/** What came late to a line: not what it lists itself, of which there may be a copy among that. */
export function broughtTo(
  { attempts }: ResultLine,
  late: readonly LateAttempts[] = [],
): readonly AttemptRecord[] {
  const own = (one: AttemptRecord): boolean => attempts.some(({ at }) => at !== undefined && at === one.at);
  return late.flatMap((came) => came.attempts).filter((one) => !own(one));
}

function addLate(line: ResultLine, late: LateAttempts): ResultLine {
  const { part, model } = late;
  const attempts = late.attempts
    .map((attempt) => (part === undefined ? attempt : { ...attempt, ...part, model }))
    .reduce(addAttempt, line.attempts);
  const steps = part === undefined ? line.steps : addToStep(line.steps ?? [], late, part, attempts);
  return { ...line, attempts, cost: costOf(attempts), ...(steps === undefined ? {} : { steps }) };
}

function addAttempt(known: readonly AttemptRecord[], late: AttemptRecord): readonly AttemptRecord[] {
  const position = known.findIndex(
    (attempt) =>
      isOf(attempt, late) &&
      attempt.attempt === late.attempt &&
      (attempt.at === undefined || attempt.at === late.at),
  );
  return position < 0 ? [...known, late] : known.with(position, late);
}

function addToStep(
  steps: readonly StepResult[],
  { kind, model }: LateAttempts,
  part: CallPart,
  attempts: readonly AttemptRecord[],
): readonly StepResult[] {
  const own = attempts.filter((attempt) => isOf(attempt, part));
  const figures = { cost: costOf(own), attempts: own.length };
  const position = steps.findIndex((step) => isOf(step, part));
  const step = steps[position];
  return step === undefined
    ? [...steps, { ...part, kind, model, status: 'cancelled', ...figures, throttled: 0 }]
    : steps.with(position, { ...step, ...figures });
}

function isOf(left: Partial<CallPart>, right: Partial<CallPart>): boolean {
  return left.step === right.step && left.index === right.index && left.repair === right.repair;
}
