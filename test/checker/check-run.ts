import { readDocuments } from './documents.ts';
import type { Evidence } from './evidence.ts';
import { finder, type Finding } from './finding.ts';
import { billIsMeter } from './invariants/bill-is-meter.ts';
import { bytesMade } from './invariants/bytes-made.ts';
import { nothingUnasked } from './invariants/nothing-unasked.ts';
import { oneEnd } from './invariants/one-end.ts';
import { reportIsFold } from './invariants/report-is-fold.ts';
import { sameRequest } from './invariants/same-request.ts';
import { withinBudget } from './invariants/within-budget.ts';

/** What is left to hold of a run whose results were collected. */
const afterCollection = [billIsMeter, withinBudget, sameRequest];
const invariants = [oneEnd, bytesMade, nothingUnasked, billIsMeter, withinBudget, sameRequest, reportIsFold];

/** Holds a run that has ended against what outside witnesses have of it. */
export function checkRun(evidence: Evidence): readonly Finding[] {
  try {
    const documents = readDocuments(evidence);
    const isCollected = [...documents.markers.values()].some(({ collected }) => collected !== undefined);
    return (isCollected ? afterCollection : invariants).flatMap((holds) => holds(documents));
  } catch (error) {
    // What cannot be read cannot be right.
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    return [finder('I8', evidence.runId)(error.message)];
  }
}
