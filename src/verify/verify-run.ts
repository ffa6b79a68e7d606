import type { JobInput } from '../plan/job-inputs.ts';
import type { Plan, PlannedItem } from '../plan/plan.ts';
import type { AttemptRecord, ItemCost } from '../records/record.ts';
import type { JobFile, Marker } from '../records/run-store.ts';
import type { ResultLine } from '../report/result-line.ts';
import { runKeys, type RunLocation } from '../storage/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { balanceIn, compareBalance, type BalanceLine, type NotCompared } from './balance.ts';
import { createBudgetCheck } from './budget.ts';
import { addSums, costOf, noSum, sumOfAttempts, type Sum } from './check-attempts.ts';
import { openClosingFiles } from './check-files.ts';
import { checkPage, pageName } from './check-page.ts';
import { checkCollected, type CollectedRun } from './collected.ts';
import { createCorrections } from './corrections.ts';
import { createFindings, shown, type Finding, type Findings } from './findings.ts';
import { createRunFold } from './fold.ts';
import { createListing } from './listing.ts';
import { broughtTo, namesApart, readLate, withLate, type LateAnswer } from './late.ts';
import { compareMeter, type Meter, type MeterLine } from './meter.ts';
import { readBalance, type Units } from './money.ts';
import { createPlanCheck, readOpening, readPlan, type Opening } from './opening.ts';
import { createReader, hashOf, isObjects, type RunReader } from './reading.ts';

/** What an independent reader has found in a run. */
export interface Verification {
  readonly runId: string;
  /** How the run ended; absent while it goes on. */
  readonly state?: Marker['state'];
  readonly items: number;
  /** Items that have come to an end. */
  readonly ended: number;
  readonly objects: number;
  readonly bytes: number;
  /** What the records come to, with their corrections and what came late. */
  readonly cost: ItemCost;
  /** Attempts that ended after another one of their item, or after the run, and what is known of their cost, decimal Pollen. */
  readonly late: { readonly attempts: number; readonly settled: string };
  /** What the account has billed, beside the bill; absent where it was not asked. */
  readonly meter?: readonly MeterLine[];
  /** What has gone from the own budget of the run's key, beside the bill; absent where billed calls tell, or nothing was asked. */
  readonly balance?: BalanceLine | NotCompared;
  /** What is left of it where its results were collected: only that is checked. Absent where they were not. */
  readonly collected?: CollectedRun;
  readonly findings: readonly Finding[];
  /** Findings beside those that are listed. */
  readonly untold: number;
}

export interface VerifyOptions {
  /** Hears how far it is. */
  readonly onProgress?: (ended: number, items: number) => void;
  /** Tells what the account has billed in the time of the run, or else what is left of the key's own budget. */
  readonly meter?: (asked: MeterQuestion) => Promise<Metered>;
}

/** What the account is asked for. */
export interface MeterQuestion {
  readonly plan: Plan;
  readonly marker: Marker | undefined;
}

/** What the account tells. */
export type Metered =
  | { readonly kind: 'rows'; readonly rows: Meter }
  /** Decimal Pollen that is left of the key's own budget. */
  | { readonly kind: 'balance'; readonly pollen: string }
  | ({ readonly kind: 'open' } & NotCompared);

/**
 * Reads all objects of a run, and says what does not agree: with code of its own, and from nothing but the bucket. Of a run
 * that goes on it checks what is there. It holds one page of the plan in memory at a time, and the lines of the bill.
 */
export async function verifyRun(
  store: ObjectStore,
  run: RunLocation,
  options: VerifyOptions = {},
): Promise<Verification> {
  const findings = createFindings();
  const reader = createReader(store, runKeys(run).root, findings);
  const opening = await readOpening(store, reader, findings);
  const job = (await reader.json('job.json', isGoing(opening.marker))) as JobFile | undefined;
  if (job !== undefined && job.runId !== run.runId) {
    findings.add('job-wrong', 'job.json', `run ${run.runId}`, shown(job.runId));
  }
  const plan = await readPlan(
    reader,
    findings,
    run.runId,
    opening.marker === undefined || isGoing(opening.marker),
  );
  const gone = opening.marker?.collected;
  if (opening.marker !== undefined && gone !== undefined) {
    const { marker, markerName } = opening;
    const found = await checkCollected(store, reader, findings, { marker, markerName }, gone);
    return {
      runId: run.runId,
      state: marker.state,
      items: plan?.items ?? 0,
      ended: 0,
      late: { attempts: 0, settled: '0' },
      ...found,
      findings: findings.all(),
      untold: findings.untold(),
    };
  }
  const files = readInputs(findings, job?.inputs);
  // A schedule keeps files with its job, and a run of it those alone that its calls carry.
  const isSubmitted = job?.plannedFor === undefined && job?.parent === undefined;
  const inputs = new Set((isSubmitted ? files : []).map(({ sha256 }) => sha256));
  const perhaps = new Set((isSubmitted ? [] : files).map(({ sha256 }) => sha256));
  const late = await readLate(store, reader, findings);
  const listing = createListing(store, reader.root, {
    digest: plan?.digest ?? '',
    pages: new Set(plan?.pages.map(({ page }) => page)),
    markerAt: opening.markerAt,
    apart: new Set([...late.values()].flatMap((answers) => [...namesApart(answers)])),
    findings,
  });
  const money = createMoney(findings, run.runId, opening);
  const cameLate: AttemptRecord[] = [];
  const start = balanceIn(findings, 'begun.json', await reader.json('begun.json', true));
  const end = balanceIn(findings, opening.markerName, opening.marker);
  const metered = plan && (await options.meter?.({ plan, marker: opening.marker }));
  let ended = 0;
  if (plan !== undefined)
    ended = await checkItems(
      { reader, findings, plan, opening, listing, money, inputs, late, cameLate },
      options,
    );
  const rest = await listing.rest();
  for (const { name, sha256 } of rest.inputs) {
    const isAsked = inputs.has(sha256) || perhaps.has(sha256);
    if (!isAsked) findings.add('object-unasked', name, 'a file that the job uses', 'another one');
    await checkInput(reader, findings, name, sha256);
  }
  if (plan !== undefined) checkInputsThere(findings, rest.inputs, inputs);
  for (const { object, number } of [...late.values()].flat()) {
    findings.add('object-unasked', object, 'a planned item', `one of number ${number}`);
  }
  money.end();
  const sum = [...money.models().values()].reduce(addSums, noSum);
  const drift =
    plan && metered?.kind === 'rows' ? compareMeter(findings, plan, metered.rows, money.models()) : undefined;
  const balance = metered && balanceOf(findings, metered, { start, end }, sum);
  return {
    runId: run.runId,
    ...(opening.marker === undefined ? {} : { state: opening.marker.state }),
    items: plan?.items ?? 0,
    ended,
    ...listing.count(),
    cost: costOf(sum),
    late: { attempts: cameLate.length, settled: costOf(sumOfAttempts(cameLate) ?? noSum).settled },
    ...(drift === undefined ? {} : { meter: drift }),
    ...(balance === undefined ? {} : { balance }),
    findings: findings.all(),
    untold: findings.untold(),
  };
}

// All of it is being deleted.
function isGoing(marker: Marker | undefined): boolean {
  return marker?.collected?.kept === 'nothing';
}

function balanceOf(
  findings: Findings,
  metered: Metered,
  { start, end }: { readonly start: Units | undefined; readonly end: Units | undefined },
  sum: Sum,
): BalanceLine | NotCompared | undefined {
  if (metered.kind === 'rows') return undefined;
  if (metered.kind === 'open') {
    const { kind: _kind, ...notCompared } = metered;
    return notCompared;
  }
  const now = readBalance(metered.pollen);
  if (start === undefined || now === undefined) return undefined;
  return compareBalance(findings, { start, ...(end === undefined ? {} : { end }), now }, sum);
}

interface Parts {
  readonly reader: RunReader;
  readonly findings: Findings;
  readonly plan: Plan;
  readonly opening: Opening;
  readonly listing: ReturnType<typeof createListing>;
  readonly money: ReturnType<typeof createMoney>;
  readonly inputs: Set<string>;
  /** By the numbers of the items; what is asked for is taken out. */
  readonly late: Map<number, readonly LateAnswer[]>;
  /** Takes the attempts that their items do not list. */
  readonly cameLate: AttemptRecord[];
}

async function checkItems(
  { reader, findings, plan, opening, listing, money, inputs, late, cameLate }: Parts,
  { onProgress = () => {} }: VerifyOptions,
): Promise<number> {
  const { marker } = opening;
  const files = marker && (await openClosingFiles(findings, reader, plan, { ...opening, marker }));
  const budget = createBudgetCheck(findings, plan, opening.changes);
  const planned = createPlanCheck(findings, plan);
  const fold = createRunFold(plan);
  let ended = 0;
  const take = (item: PlannedItem, line: ResultLine | undefined): void => {
    planned.item(item);
    for (const call of 'steps' in item ? item.steps : [item]) {
      if ('attachments' in call) for (const { sha256 } of call.attachments ?? []) inputs.add(sha256);
    }
    if (line === undefined) return;
    ended += 1;
    const brought = late.get(line.number) ?? [];
    late.delete(line.number);
    const told = files?.take(line, brought);
    fold.add(told?.line ?? line, told?.late);
    cameLate.push(...broughtTo(line, brought));
    money.take(line, withLate(line, brought));
    budget.spend(
      line.number,
      'at' in line ? line.at : marker?.endedAt,
      sumOfAttempts(line.attempts) ?? noSum,
    );
  };
  for (const { page } of plan.pages) {
    const objects = await listing.page(page);
    const body = await reader.bytes(pageName(plan, page));
    planned.page(body);
    if (body !== undefined)
      await checkPage({ reader, findings, plan, marker, late, take }, page, body, objects);
    onProgress(ended, plan.items);
  }
  planned.end();
  budget.end();
  files?.end(fold);
  return ended;
}

/** What models have cost, with the corrections laid over. */
function createMoney(findings: Findings, runId: string, opening: Opening) {
  const corrections = createCorrections(findings, runId, opening.corrections);
  const models = new Map<string, Sum>();

  return {
    take(before: ResultLine, line: ResultLine): void {
      for (const attempt of line.attempts) {
        const charge = corrections.settle(line.number, attempt);
        const own = sumOfAttempts([{ ...attempt, charge }]) ?? noSum;
        const kind = line.steps?.find(({ step }) => step === attempt.step)?.kind ?? line.kind;
        const name = `${kind} ${attempt.model ?? line.model}`;
        models.set(name, addSums(models.get(name) ?? noSum, own));
      }
      // What a late answer tells for good may have been settled before, as far as it was known then.
      const replaced = before.attempts.filter((attempt) => !line.attempts.includes(attempt));
      for (const attempt of replaced) corrections.settle(line.number, attempt);
    },
    models: (): ReadonlyMap<string, Sum> => models,
    end: (): void => corrections.end(),
  };
}

function readInputs(findings: Findings, inputs: JobFile['inputs'] = []): readonly JobInput[] {
  if (isObjects(inputs)) return inputs;
  findings.add('object-unreadable', 'job.json', 'the files that the job uses', shown(inputs));
  return [];
}

function checkInputsThere(
  findings: Findings,
  there: readonly { readonly sha256: string }[],
  asked: ReadonlySet<string>,
): void {
  const known = new Set(there.map(({ sha256 }) => sha256));
  for (const sha256 of asked) {
    if (!known.has(sha256))
      findings.add('object-missing', `inputs/${sha256}`, 'a file that the job uses', 'none');
  }
}

async function checkInput(
  reader: RunReader,
  findings: Findings,
  name: string,
  sha256: string,
): Promise<void> {
  const body = await reader.bytes(name);
  if (body !== undefined && hashOf(body) !== sha256) {
    findings.add('object-damaged', name, `sha256 ${sha256}`, `sha256 ${hashOf(body)}`);
  }
}
