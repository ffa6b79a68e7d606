import { createHash } from 'node:crypto';
import type { Emulator, JournalEntry } from '../../src/emulator/index.ts';
import { formatAmount, parseAmount } from '../../src/pollen/amount.ts';
import { billTotal, type BillLine } from '../../src/report/report.ts';
import type { ResultLine } from '../../src/report/result-line.ts';
import { partName, runKeys, type CallPart, type RunLocation } from '../../src/storage/keys.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';
import type { StepResult } from '../../src/records/record.ts';
import { readMarker, readPlan } from '../../src/records/run-store.ts';

/** A finished run held against what the emulator wrote down about it. */
export interface Verdict {
  readonly state: string | undefined;
  readonly items: number;
  readonly succeeded: number;
  /** Items without exactly one line in the results. */
  readonly lostOrDoubled: readonly string[];
  /** Items whose stored bytes are not what the emulator made for their request. */
  readonly wrongBytes: readonly string[];
  /** Items whose attempts did not all send the same request. */
  readonly changedRequests: readonly string[];
  /** Items whose cost is not the sum of what the emulator charged for them. */
  readonly wrongCosts: readonly string[];
  /** Sum of the bill's lines, of the report, and of the journal, decimal Pollen. */
  readonly billed: string;
  readonly reported: string;
  readonly metered: string;
  /** Charges that the bill does not know for sure. */
  readonly unknownCharges: number;
  /** Requests the emulator got for the run. */
  readonly requests: number;
  /** Attempts by outcome, from the results. */
  readonly attempts: Readonly<Record<string, number>>;
}

/** What is said of a run all of whose items have succeeded, each once, and were paid as metered. */
export function wholeRun({ metered }: Verdict, items: number): Partial<Verdict> {
  return {
    state: 'completed',
    succeeded: items,
    lostOrDoubled: [],
    wrongBytes: [],
    wrongCosts: [],
    billed: metered,
    reported: metered,
  };
}

/** Compares a run's results, objects and bill with the emulator's journal, item by item. */
export async function judgeRun(
  store: ObjectStore,
  run: RunLocation,
  journal: ReturnType<Emulator['journal']>,
): Promise<Verdict> {
  const keys = runKeys(run);
  const marker = await readMarker(store, run);
  const plan = await readPlan(store, run);
  const parts = await Promise.all(
    (plan?.pages ?? []).map(({ page }) => readLines<ResultLine>(store, keys.part(page))),
  );
  const lines = parts.flat();
  const bill = await readLines<BillLine>(store, keys.bill);
  const byNumber = new Map<number, ResultLine[]>();
  for (const line of lines) byNumber.set(line.number, [...(byNumber.get(line.number) ?? []), line]);
  const calls = callsByNumber(run.runId, journal);
  const attempts: Record<string, number> = {};
  const lostOrDoubled: string[] = [];
  const wrongBytes: string[] = [];
  const changedRequests: string[] = [];
  const wrongCosts: string[] = [];
  for (let number = 1; number <= (plan?.items ?? 0); number += 1) {
    const [line, ...others] = byNumber.get(number) ?? [];
    if (line === undefined || others.length > 0) lostOrDoubled.push(String(number));
    if (line === undefined || line.status === 'cancelled') continue;
    const entries = calls.get(number) ?? [];
    const sent = new Set(entries.map(({ requestId, digest }) => `${callOf(requestId)} ${digest}`));
    // An item with a record has been sent for.
    if (sent.size === 0 || sent.size !== new Set(entries.map(({ requestId }) => callOf(requestId))).size) {
      changedRequests.push(line.id);
    }
    if (line.cost.settled !== sumOf(entries))
      wrongCosts.push(`${line.id}: ${line.cost.settled} for ${sumOf(entries)}`);
    for (const result of line.steps ?? [line]) {
      if (result.status !== 'succeeded') continue;
      const own = 'step' in result ? entries.filter(({ requestId }) => isOfStep(requestId, result)) : entries;
      if (!(await isWhatWasMade(store, result, own))) wrongBytes.push(line.id);
    }
    for (const { code } of line.attempts) attempts[code] = (attempts[code] ?? 0) + 1;
  }
  return {
    state: marker?.state,
    items: plan?.items ?? 0,
    succeeded: lines.filter(({ status }) => status === 'succeeded').length,
    lostOrDoubled,
    wrongBytes,
    changedRequests,
    wrongCosts,
    billed: billTotal(bill),
    reported: marker?.tally.settled ?? 'none',
    metered: sumOf([...calls.values()].flat()),
    unknownCharges: marker?.tally.unknown.count ?? 0,
    requests: [...calls.values()].flat().length,
    attempts,
  };
}

// Request ids are ours: `<run>-<number>-<attempt>`, with the call before the attempt where an item has several.
function callOf(requestId: string): string {
  return requestId.slice(0, requestId.lastIndexOf('-'));
}

function isOfStep(requestId: string, part: CallPart): boolean {
  return callOf(requestId).endsWith(`-${partName(part).replaceAll('.', '_')}`);
}

function callsByNumber(
  runId: string,
  journal: readonly JournalEntry[],
): ReadonlyMap<number, readonly JournalEntry[]> {
  const calls = new Map<number, JournalEntry[]>();
  const prefix = `${runId.replaceAll('.', '_')}-`;
  for (const entry of journal) {
    if (!entry.requestId.startsWith(prefix)) continue;
    const number = Number(entry.requestId.slice(prefix.length).split('-')[0]);
    calls.set(number, [...(calls.get(number) ?? []), entry]);
  }
  return calls;
}

function sumOf(entries: readonly JournalEntry[]): string {
  return formatAmount(entries.reduce((sum, { charge }) => sum + parseAmount(charge), 0n));
}

// Every whole answer to the request has the same bytes, and it is those that must be in the store.
async function isWhatWasMade(
  store: ObjectStore,
  line: Pick<StepResult, 'kind' | 'text' | 'artifact' | 'sha256'>,
  entries: readonly JournalEntry[],
): Promise<boolean> {
  const made = new Set(
    entries
      .map(({ bodySha256, contentSha256 }) => (line.kind === 'text' ? contentSha256 : bodySha256))
      .filter((hash) => hash !== undefined),
  );
  const body =
    line.artifact === undefined ? Buffer.from(line.text ?? '') : (await store.get(line.artifact.key))?.body;
  if (body === undefined || made.size !== 1) return false;
  const stored = createHash('sha256').update(body).digest('hex');
  return made.has(stored) && line.sha256 === stored;
}

async function readLines<Line>(store: ObjectStore, key: string): Promise<readonly Line[]> {
  const object = await store.get(key);
  return Buffer.from(object?.body ?? '')
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}
