import { mapAhead } from '../at-once.ts';
import { createFigures } from '../gallery/figures.ts';
import { sha256 } from '../plan/digest.ts';
import { billLines } from '../report/report.ts';
import { createReportFold } from '../report/report-fold.ts';
import { PAGES_AHEAD, readSealedLines } from '../report/page-records.ts';
import { isMissing, type ResultLine } from '../report/result-line.ts';
import { broughtTo, withLate } from '../report/with-late.ts';
import { readLate } from '../records/late.ts';
import { lastChange, readChanges } from '../records/changes.ts';
import type { FailedRecord } from '../records/record.ts';
import { missingItems, type Tally } from '../records/tally.ts';
import { runKeys, type RunLocation } from '../storage/keys.ts';
import { readBegun, readMarker, type Marker } from '../records/run-store.ts';
import { unlessDamaged } from '../records/unless-damaged.ts';
import type { EndReason, EndState, RunOutcome } from '../records/outcome.ts';
import { noTelemetry } from '../telemetry/telemetry.ts';
import { watchEnd } from '../telemetry/watch-end.ts';
import type { ControlActivities } from '../workflows/contract.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { lookAtBalance } from './look-at-balance.ts';
import { writeViews } from './run-views.ts';
import { sealLines } from './seal-page.ts';

const ndjson = 'application/x-ndjson';

/**
 * Closes a run: folds its parts into report, bill and list of errors, makes its views, and writes the marker last. Everything before the
 * marker can be written again, so an attempt that died midway costs nothing.
 */
export function createFinishRun(dependencies: ActivityDependencies): ControlActivities['finishRun'] {
  const { store, plans, now, telemetry = noTelemetry } = dependencies;
  return async function finishRun({ run, reason, because }) {
    const ended = await readMarker(store, run);
    if (ended !== undefined) return outcomeOf(ended);
    const plan = await plans.plan(run);
    if (plan === undefined) throw new Error(`run ${run.runId} has no plan`);

    const keys = runKeys(run);
    const fold = createReportFold(plan);
    const figures = createFigures();
    const watch = watchEnd(telemetry);
    const late = await readLate(store, run);
    const parts: Marker['parts'][number][] = [];
    const items = new Set<number>();
    let errors = '';
    let bill = '';
    const pages = mapAhead(plan.pages, PAGES_AHEAD, async ({ page }) => ({
      page,
      lines: await linesOf(dependencies, run, page, reason),
    }));
    for await (const { page, lines } of pages) {
      for (const line of lines) {
        const came = late.get(line.number);
        const told = withLate(line, came);
        fold.add(told, broughtTo(line, came));
        figures.add(told);
        watch.add(line);
        items.add(line.number);
        if (line.status === 'failed') errors += `${JSON.stringify(withoutAnswers(line))}\n`;
        for (const row of billLines(told)) bill += `${JSON.stringify(row)}\n`;
      }
      parts.push({ key: keys.part(page), sha256: sha256(serialise(lines)), items: lines.length });
    }

    if (items.size !== plan.items)
      throw new Error(`the parts of ${run.runId} tell ${items.size} of ${plan.items} items`);
    const state = endState(reason, fold.tally());
    const endedAt = now().toISOString();
    const stopped: Pick<Marker, 'because'> = state === 'stopped' && because !== undefined ? { because } : {};
    const story = await readChanges(store, run);
    const budget = plan.budget && (lastChange(story, 'budget')?.budget ?? plan.budget);
    const report = {
      ...fold.report(state, endedAt),
      ...(budget === undefined ? {} : { budget: { ...budget, reached: stopped.because === 'budget' } }),
      ...(story.length === 0 ? {} : { story }),
    };
    const files = [
      { key: keys.errors, body: errors, contentType: ndjson },
      { key: keys.bill, body: bill, contentType: ndjson },
      { key: keys.report, body: `${JSON.stringify(report, null, 2)}\n`, contentType: 'application/json' },
    ];
    for (const { key, body, contentType } of files) await store.put(key, body, { contentType });

    const views = await writeViews(dependencies, {
      run,
      plan,
      report,
      parts,
      figures: figures.figures(),
    });

    const begun = await unlessDamaged(() => readBegun(store, run));
    const balance = begun?.balance === undefined ? undefined : await lookAtBalance(dependencies, plan);
    const key = state === 'completed' ? keys.success : keys.failed;
    const marker: Marker = {
      version: 1,
      runId: run.runId,
      state,
      ...stopped,
      endedAt,
      tally: report.tally,
      marker: key,
      parts,
      ...(balance === undefined ? {} : { balance }),
      files: [...files.map(({ key: name, body }) => ({ key: name, sha256: sha256(body) })), ...views],
    };
    const put = await store.putOnce(key, `${JSON.stringify(marker)}\n`, { contentType: 'application/json' });
    if (put.stored) watch.tell(state);
    return outcomeOf((await readMarker(store, run)) ?? marker);
  };
}

// A page that was stopped before it started has no part yet, and one that was stopped later may have got a record since.
async function linesOf(
  dependencies: ActivityDependencies,
  run: RunLocation,
  page: number,
  reason: EndReason,
): Promise<readonly ResultLine[]> {
  const sealed = await readSealedLines(dependencies, run, page);
  if (sealed !== undefined && (reason === 'finished' || !sealed.some(isMissing))) return sealed;
  return sealLines(dependencies, run, page, reason === 'expired' ? 'expired' : 'cancelled');
}

// One file for the whole run: what was answered stays in the results.
function withoutAnswers({
  answer: _answer,
  steps,
  ...line
}: Extract<ResultLine, { status: 'failed' }>): Omit<FailedRecord, 'answer'> {
  return steps === undefined ? line : { ...line, steps: steps.map(({ text: _text, ...step }) => step) };
}

function serialise(lines: readonly ResultLine[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

// A stop that came after the last item has stopped nothing.
function endState(reason: EndReason, tally: Tally): EndState {
  if (reason === 'failed') return 'failed';
  if (missingItems(tally) > 0) return reason === 'finished' ? 'failed' : reason;
  return tally.failed > 0 ? 'completed_with_failures' : 'completed';
}

/** What a run's marker says of its end. */
export function outcomeOf({ state, because, tally, marker }: Marker): RunOutcome {
  return { state, ...(because === undefined ? {} : { because }), tally, marker };
}
