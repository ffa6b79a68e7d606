import { parseAmount } from '../pollen/amount.ts';
import type { Usage } from '../pollen/usage.ts';
import type { Correct } from '../records/corrections.ts';
import type { AttemptRecord } from '../records/record.ts';
import { partName, type CallPart } from '../storage/keys.ts';
import { billLines, type BillLine } from './report.ts';
import { isMissing, type ResultLine } from './result-line.ts';

/**
 * What became of the money of an attempt. What is `kept`, `wasted`, `duplicate` and `late` adds up to what is settled.
 *
 * - `kept`: paid, and its answer is a result
 * - `wasted`: paid, and its answer was lost, cut off, refused by a check, or not stored
 * - `duplicate`: paid beside another attempt whose answer is the result
 * - `late`: paid, and answered after the run had ended without a result of it
 * - `saved`: an answer that cost nothing, since the API's cache or an earlier run had it
 * - `free`: not billed
 * - `unknown`: may have been billed
 */
export type Fate = 'kept' | 'wasted' | 'duplicate' | 'late' | 'saved' | 'free' | 'unknown';

/** One attempt on the bill of a run. */
export interface BillRow extends BillLine {
  readonly kind: 'text' | 'image';
  readonly fate: Fate;
  /** Of what is saved: its price, decimal Pollen; `null` where nothing tells it. */
  readonly saved?: string | null;
}

/** Code of a row that stands for what an earlier run has got, and that no attempt was made for. */
export const REUSED = 'reused';

/** Price of an answer at the prices of the run, decimal Pollen; `null` where nothing tells it. */
export type PriceOf = (kind: 'text' | 'image', model: string, usage: Usage) => string | null;

/** What rows are made with. */
export interface BillContext {
  readonly priceOf: PriceOf;
  readonly correct: Correct;
  /** Whether an attempt of the line was answered after the run had ended without it. @default none was */
  readonly isLate?: (attempt: AttemptRecord) => boolean;
}

interface Call {
  readonly part: Partial<CallPart>;
  readonly kind: 'text' | 'image';
  readonly model: string;
  readonly usage: Usage;
  /** Whether an earlier run had got its answer: one that was mended is no answer. */
  readonly isReused: boolean;
}

/** The rows of one result line, in the order of its attempts. */
export function billRows(line: ResultLine, context: BillContext): readonly BillRow[] {
  const calls = callsIn(line);
  const { attempts } = line;
  const reused = [...calls.values()].filter(({ isReused }) => isReused);
  return [
    ...reused.map((call) => reusedRow(line, call, context.priceOf)),
    ...[...new Set(attempts.map(nameOf))].flatMap((name) =>
      callRows(
        line,
        attempts.filter((attempt) => nameOf(attempt) === name),
        calls.get(name) ?? callOf(line),
        context,
      ),
    ),
  ];
}

function callRows(
  line: ResultLine,
  attempts: readonly AttemptRecord[],
  call: Call,
  { correct, priceOf, isLate = () => false }: BillContext,
): readonly BillRow[] {
  const corrected = attempts.map((attempt) => ({
    ...attempt,
    charge: correct({ ...attempt, number: line.number }, attempt.charge),
  }));
  return corrected.map((attempt, index) => {
    const row = rowOf(line, attempt, call);
    const fate = fateOf(attempt, corrected.slice(0, index), corrected.slice(index + 1));
    if (fate === 'saved') return savedRow(row, priceOf(call.kind, row.model, attempt.usage ?? call.usage));
    return { ...row, fate: fate === 'kept' && isLate(attempt) ? 'late' : fate };
  });
}

function fateOf(
  attempt: AttemptRecord,
  earlier: readonly AttemptRecord[],
  later: readonly AttemptRecord[],
): Fate {
  const { code, charge } = attempt;
  if (charge.certainty === 'unknown') return 'unknown';
  if (!isPaid(attempt)) {
    return code === 'answered' && isHit(attempt) && !earlier.some(isPaid) ? 'saved' : 'free';
  }
  if (code === 'duplicate') return 'duplicate';
  // A cache that gave the answer again has brought back what this attempt was paid for.
  const cameAgain = later.some((one) => one.code === 'answered' && isHit(one)) && !later.some(isPaid);
  return code === 'answered' || cameAgain ? 'kept' : 'wasted';
}

function reusedRow(line: ResultLine, call: Call, priceOf: PriceOf): BillRow {
  const { part, kind, model, usage } = call;
  const charge = { amount: '0', certainty: 'free' } as const;
  const row = rowOf(line, { ...part, model, attempt: 0, code: REUSED, charge }, call);
  return savedRow(row, priceOf(kind, model, usage));
}

function savedRow(row: Omit<BillRow, 'fate'>, saved: string | null): BillRow {
  return saved === '0' ? { ...row, fate: 'free' } : { ...row, fate: 'saved', saved };
}

function rowOf(
  line: ResultLine,
  attempt: AttemptRecord,
  { kind }: Pick<Call, 'kind'>,
): Omit<BillRow, 'fate'> {
  const [row] = billLines({ ...line, attempts: [attempt] });
  if (row === undefined) throw new RangeError('an attempt has a line on the bill');
  return { ...row, kind };
}

function callsIn(line: ResultLine): ReadonlyMap<string, Call> {
  if (line.steps === undefined) return new Map([['', callOf(line)]]);
  return new Map(
    line.steps.map(({ kind, model, status, usage = {}, step, index, repair, reused }) => {
      const part = {
        step,
        ...(index === undefined ? {} : { index }),
        ...(repair === undefined ? {} : { repair }),
      };
      const isReused = status === 'succeeded' && (reused !== undefined || isTakenOver(line));
      return [partName(part), { part, kind, model, usage, isReused }];
    }),
  );
}

function callOf(line: ResultLine): Call {
  const { kind, model } = line;
  const usage = line.status === 'succeeded' ? line.usage : {};
  return { part: {}, kind, model, usage, isReused: line.status === 'succeeded' && isTakenOver(line) };
}

function isTakenOver(line: ResultLine): boolean {
  return !isMissing(line) && line.reused !== undefined;
}

function nameOf({ step, ...part }: Partial<CallPart>): string {
  return step === undefined ? '' : partName({ ...part, step });
}

function isPaid({ charge }: Pick<AttemptRecord, 'charge'>): boolean {
  return charge.certainty === 'exact' && parseAmount(charge.amount ?? '0') > 0n;
}

function isHit({ cache }: AttemptRecord): boolean {
  return cache?.status === 'hit';
}
