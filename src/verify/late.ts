import type { AttemptRecord, StepResult } from '../records/record.ts';
import type { BillLine } from '../report/report.ts';
import type { ResultLine } from '../report/result-line.ts';
import type { CallPart } from '../storage/keys.ts';
import { costOf, noSum, sumOfAttempts } from './check-attempts.ts';
import type { RunReader } from './reading.ts';

/** An attempt whose item had its result from another one. */
export interface LateAttempt {
  readonly name: string;
  readonly number: number;
  readonly part?: CallPart;
  readonly model: string;
  readonly attempt: AttemptRecord;
}

/**
 * Reads the late attempts that a run had counted when it closed: its bill has a line of each. What came after that is
 * looked at apart.
 */
export async function readCounted(
  reader: RunReader,
  names: readonly string[],
): Promise<ReadonlyMap<number, readonly LateAttempt[]>> {
  const counted = new Map<number, LateAttempt[]>();
  if (names.length === 0) return counted;
  const billed = linesOf(await reader.bytes('bill.jsonl')).map(nameOf);
  for (const name of names) {
    const late = (await reader.json(name)) as
      | (Omit<LateAttempt, 'attempt' | 'name'> & { readonly attempts?: readonly AttemptRecord[] })
      | undefined;
    for (const attempt of late?.attempts ?? []) {
      if (late === undefined || !billed.includes(nameOf({ ...late.part, ...attempt, number: late.number })))
        continue;
      counted.set(late.number, [...(counted.get(late.number) ?? []), { ...late, name, attempt }]);
    }
  }
  return counted;
}

/** A result line as report and bill tell it: a late attempt stands where it had left a hole, or is added. */
export function withCounted(line: ResultLine, late: readonly LateAttempt[] = []): ResultLine {
  let told = line;
  for (const { part = {}, model, attempt } of late) {
    const own = { ...attempt, ...part, ...('step' in part ? { model } : {}) };
    const hole = told.attempts.findIndex(
      (one) => isOf(one, part) && one.attempt === own.attempt && (one.at === undefined || one.at === own.at),
    );
    const attempts = hole < 0 ? [...told.attempts, own] : told.attempts.with(hole, own);
    const steps = told.steps?.map((step): StepResult => {
      if (!isOf(step, part)) return step;
      const of = attempts.filter((one) => isOf(one, part));
      return { ...step, cost: costOf(sumOfAttempts(of) ?? noSum), attempts: of.length };
    });
    const cost = costOf(sumOfAttempts(attempts) ?? noSum);
    told = { ...told, attempts, cost, ...(steps === undefined ? {} : { steps }) };
  }
  return told;
}

function isOf(left: Partial<CallPart>, right: Partial<CallPart>): boolean {
  return left.step === right.step && left.index === right.index && left.repair === right.repair;
}

function nameOf({
  number,
  step,
  index,
  repair,
  attempt,
  at,
  code,
}: Pick<BillLine, 'at' | 'attempt' | 'code' | 'index' | 'number' | 'repair' | 'step'>): string {
  return JSON.stringify([number, step, index, repair, attempt, at, code]);
}

function linesOf(body: Uint8Array | undefined): readonly BillLine[] {
  const lines = Buffer.from(body ?? '')
    .toString('utf8')
    .split('\n');
  return lines.flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as BillLine];
    } catch {
      // Said where the bill is checked.
      return [];
    }
  });
}
