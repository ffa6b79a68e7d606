import type { JournalEntry } from '../../../src/emulator/index.ts';
import type { BillLine, Documents } from '../documents.ts';
import { itemOf } from '../evidence.ts';
import { finder, type Finding } from '../finding.ts';
import { sumOf, unitsOf } from '../money.ts';

/** What charges come to: what is certain, and what may be besides; `undefined` where that has no bound. */
interface Bounds {
  readonly settled: bigint;
  readonly unknown: bigint | undefined;
}

/**
 * I4: the bill is what the API charged, to the last 10⁻⁸ Pollen; where it says that charges are unknown, what the API
 * charged lies within what it says. Item by item, and in all.
 */
export function billIsMeter(run: Documents): readonly Finding[] {
  const lines = new Map<number, BillLine[]>();
  for (const line of withLate(run)) lines.set(line.number, [...(lines.get(line.number) ?? []), line]);
  const entries = new Map<number, JournalEntry[]>();
  for (const entry of run.journal) {
    const number = itemOf(run.runId, entry);
    entries.set(number, [...(entries.get(number) ?? []), entry]);
  }
  const findings: Finding[] = [];
  for (const [number, id] of run.planned) {
    const words = whatDiffers(boundsOf(lines.get(number) ?? []), metered(entries.get(number) ?? []));
    if (words !== undefined) findings.push(finder('I4', id)(words));
  }
  const words = whatDiffers(boundsOf(withLate(run)), metered(run.journal));
  return words === undefined ? findings : [...findings, finder('I4', run.runId)(words)];
}

// What came after the end is on no bill that was written at the end.
function withLate({ bill, late }: Documents): readonly BillLine[] {
  const billed = new Set(bill.map(({ requestId }) => requestId));
  const more = late.flatMap(({ number, id, attempts }) =>
    attempts
      .filter(({ requestId }) => requestId !== undefined && !billed.has(requestId))
      .map(({ requestId, code, charge }) => ({ number, id, code, requestId: requestId ?? '', ...charge })),
  );
  return [...bill, ...more];
}

function boundsOf(lines: readonly BillLine[]): Bounds {
  const unknown = lines.filter(({ certainty }) => certainty === 'unknown');
  return {
    settled: sumOf(
      lines.filter(({ certainty }) => certainty !== 'unknown'),
      ({ amount }) => amount ?? '0',
    ),
    unknown: unknown.some(({ amount }) => amount === null)
      ? undefined
      : sumOf(unknown, ({ amount }) => amount),
  };
}

function metered(entries: readonly JournalEntry[]): bigint {
  return entries.reduce((sum, { charge }) => sum + unitsOf(charge), 0n);
}

function whatDiffers({ settled, unknown }: Bounds, charged: bigint): string | undefined {
  if (unknown === 0n) {
    return settled === charged ? undefined : `${settled} units are billed, ${charged} were charged`;
  }
  const isWithin = settled <= charged && (unknown === undefined || charged <= settled + unknown);
  return isWithin
    ? undefined
    : `${settled} units are billed and ${unknown} more may be, ${charged} were charged`;
}
