import { mapAhead } from '../at-once.ts';
import type { Plan } from '../plan/plan.ts';
import { formatAmount, parseAmount, type Amount } from '../pollen/amount.ts';
import type { RunLocation } from '../storage/keys.ts';
import { PAGES_AHEAD, readPageLines, readSealedLines, type PageSource } from './page-records.ts';
import { isMissing, tallyLine, type ResultLine } from './result-line.ts';

/**
 * What a run has spent so far, in all and by page; what is unknown counts at its bound. `sum` is `undefined` where that
 * has none.
 */
export async function spentOn(
  source: PageSource,
  run: RunLocation,
  { pages }: Pick<Plan, 'pages'>,
): Promise<{ readonly sum: Amount | undefined; readonly before: Readonly<Record<string, string>> }> {
  const before: Record<string, string> = {};
  let sum = 0n;
  let isBounded = true;
  const read = mapAhead(pages, PAGES_AHEAD, async ({ page }) => ({
    page,
    ...(await spentIn(source, run, page)),
  }));
  for await (const { page, spent, unbounded } of read) {
    if (spent > 0n) before[page] = formatAmount(spent);
    sum += spent;
    isBounded &&= !unbounded;
  }
  return { sum: isBounded ? sum : undefined, before };
}

async function spentIn(
  source: PageSource,
  run: RunLocation,
  page: number,
): Promise<{ readonly spent: Amount; readonly unbounded: boolean }> {
  const lines = await linesOf(source, run, page);
  const tallies = lines.map(tallyLine);
  return {
    spent: tallies.reduce(
      (sum, { settled, unknown }) => sum + parseAmount(settled) + parseAmount(unknown.atMost ?? '0'),
      0n,
    ),
    unbounded: tallies.some(({ unknown }) => unknown.atMost === null),
  };
}

// A page that was sealed has all of its lines in one object. One that holds items without a record is read anew: an
// execution that goes on may have given them one since.
async function linesOf(source: PageSource, run: RunLocation, page: number): Promise<readonly ResultLine[]> {
  const sealed = await readSealedLines(source, run, page);
  return sealed === undefined || sealed.some(isMissing) ? readPageLines(source, run, page) : sealed;
}
