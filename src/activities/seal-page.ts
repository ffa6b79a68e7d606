import { mapAtOnce } from '../at-once.ts';
import { addCounts, countsOf, noCounts, type Counts, type SampledFailure } from '../records/counts.ts';
import { readLate } from '../records/late.ts';
import type { FailedRecord, KeptAttempts } from '../records/record.ts';
import { emptyTally } from '../records/tally.ts';
import { callsOf, tallyLine, type MissingStatus, type ResultLine } from '../report/result-line.ts';
import { keepThumbnails } from '../gallery/kept-thumbnails.ts';
import { runKeys, type RunLocation } from '../storage/keys.ts';
import type { ControlActivities } from '../workflows/contract.ts';
import type { CallReference } from '../workflows/inputs.ts';
import type { ActivityDependencies } from './dependencies.ts';
import {
  isKeptAtEnd,
  recallHistory,
  withEarlierActivities,
  withEarlierExecution,
} from './attempt-history.ts';
import { keptAttempts } from './item-record.ts';
import { readKeptAttempts, readPage } from '../report/page-records.ts';
import { withLate } from '../report/with-late.ts';
import { resolveCall } from './resolve-call.ts';

/** Lost calls that are kept at once. */
const AT_ONCE = 32;

/** Writes a page's share of the results from its records: every item once, in the order of the plan. */
export function createSealPage(dependencies: ActivityDependencies): ControlActivities['sealPage'] {
  return async function sealPage({
    run,
    page,
    resumed = false,
    lost,
    lostSteps = [],
    losses = [],
    execution,
    round,
  }) {
    const items = lost.map((position, index) => ({ position, again: losses[index] ?? 1 }));
    const calls = [...items, ...lostSteps];
    await mapAtOnce(calls, AT_ONCE, (call) =>
      keepLostCall(dependencies, { run, page, resumed, ...call }, { execution, round }),
    );
    const lines = await sealLines(dependencies, run, page);
    const plan = await dependencies.plans.plan(run);
    // Money that came late is spent all the same, and nobody else is to be granted it.
    const late = plan?.budget === undefined ? undefined : await readLate(dependencies.store, run);
    return lines.map((line) => countLine(withLate(line, late?.get(line.number)))).reduce(addCounts, noCounts);
  };
}

// Nobody is left to tell what became of the call, and a stop asks for no other attempt.
async function keepLostCall(
  dependencies: ActivityDependencies,
  reference: CallReference,
  { execution, round }: { readonly execution: string | undefined; readonly round: number | undefined },
): Promise<void> {
  const { run, page, position, resumed, again = 1 } = reference;
  const [plan, items] = await Promise.all([dependencies.plans.plan(run), dependencies.plans.page(run, page)]);
  const item = items[position];
  if (item === undefined || plan === undefined) return;
  const { call, isNew } = await resolveCall(dependencies, reference, { plan, item });
  const key = runKeys(run).attempts(page, item.number, item.id, call.part);
  const earlier = await readKeptAttempts(dependencies, key);
  // How many of them are counted already the history tells: this may be a seal that is tried again.
  const known = recallHistory(undefined, 1);
  // What its worker has kept at its end may be all that there is, though its end came too late to its page.
  const isTold = round !== undefined && isKeptAtEnd(earlier?.history, execution, round);
  const lost = withEarlierActivities(known, earlier?.history, isTold ? again - 1 : again, execution);
  const told =
    resumed && execution !== undefined ? withEarlierExecution(lost, isNew === true, execution) : lost;
  const history = { ...told, kept: told.seen, ...(execution === undefined ? {} : { execution }) };
  const kept: KeptAttempts = { ...keptAttempts(call, history.notes), history };
  await dependencies.store.put(key, JSON.stringify(kept), { contentType: 'application/json' });
}

/**
 * Writes a page's part, and returns its lines.
 *
 * @param missing - how items have ended that have no record. @default 'cancelled'
 */
export async function sealLines(
  dependencies: ActivityDependencies,
  run: RunLocation,
  page: number,
  missing?: MissingStatus,
): Promise<readonly ResultLine[]> {
  const { lines, thumbnails } = await readPage(dependencies, run, page, missing);
  // Before the part, which says that the page is sealed.
  await keepThumbnails(dependencies.store, run, page, thumbnails);
  await dependencies.store.put(
    runKeys(run).part(page),
    lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
    {
      contentType: 'application/x-ndjson',
    },
  );
  return lines;
}

function countLine(line: ResultLine): Counts {
  const models = callsOf(line).map(({ model, tally }) => countsOf(model, tally).models ?? []);
  const failures = line.status === 'failed' ? [failureOf(line)] : [];
  return models
    .map((counts) => ({ tally: emptyTally, models: counts }))
    .reduce<Counts>(addCounts, { tally: tallyLine(line), failures });
}

function failureOf({ id, fault }: FailedRecord): SampledFailure {
  const { code, status, remedy } = fault;
  return { id, code, ...(status === undefined ? {} : { status }), remedy };
}
