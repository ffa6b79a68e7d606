import type { LateAttempts } from '../records/late.ts';
import type { AttemptRecord, StepResult } from '../records/record.ts';
import { costOf } from '../records/tally.ts';
import type { CallPart } from '../storage/keys.ts';
import type { ResultLine } from './result-line.ts';

/**
 * A result line with what came late to its item: its result stays, its attempts and its cost tell all that is known. An
 * attempt that only left a hole, or that is listed already, is told of once. Who gives a call up does not know how often it was
 * told to slow down, so the hole may have a smaller number than the attempt.
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
    .reduce(
      (known, attempt, _position, all) => addAttempt(known, attempt, isMissing(line) ? all : undefined),
      line.attempts,
    );
  const steps = part === undefined ? line.steps : addToStep(line.steps ?? [], late, part, attempts);
  return { ...line, attempts, cost: costOf(attempts), ...(steps === undefined ? {} : { steps }) };
}

// `brought` came with it to an item without a result, whose holes it may fill but for those that it knows itself.
function addAttempt(
  known: readonly AttemptRecord[],
  late: AttemptRecord,
  brought: readonly AttemptRecord[] | undefined,
): readonly AttemptRecord[] {
  const isSame = (one: AttemptRecord, other: AttemptRecord): boolean =>
    isOf(one, other) && one.attempt === other.attempt;
  const position = known.findIndex(
    (attempt) => isSame(attempt, late) && (attempt.at === undefined || attempt.at === late.at),
  );
  if (position >= 0) return known.with(position, late);
  const hole =
    brought === undefined || late.at === undefined || known.some((attempt) => isSame(attempt, late))
      ? -1
      : known.findLastIndex(
          (attempt) =>
            attempt.at === undefined &&
            isOf(attempt, late) &&
            attempt.attempt < late.attempt &&
            !brought.some((own) => isSame(own, attempt)),
        );
  return hole < 0 ? [...known, late] : known.with(hole, late);
}

function isMissing({ status }: ResultLine): boolean {
  return status === 'cancelled' || status === 'expired';
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
