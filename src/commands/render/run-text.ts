import { labelEntries } from '../../plan/labels.ts';
import type { Plan } from '../../plan/plan.ts';
import type { ItemCost } from '../../records/record.ts';
import { runKeys, type RunLocation } from '../../storage/keys.ts';
import { plannedTimeOf } from '../../workflows/ids.ts';
import type { BudgetSight } from '../bill/budget-sight.ts';
import type { CorrectedCost } from '../bill/corrected-cost.ts';
import type { Ending } from '../runs/ending.ts';
import type { Running, Sight } from '../runs/follow.ts';
import type { RunDetails } from '../runs/get.ts';
import type { LinkSource } from './ui-page.ts';
import { budgetText } from './budget-text.ts';
import { cacheWords } from './cache-words.ts';
import { faultWords } from './fault-words.ts';
import { gateLines } from './gates-text.ts';
import { missingText } from './missing-text.ts';
import { linkLines, nextLines } from './next-text.ts';
import { costText } from '../../report/estimate-text.ts';
import { pauseLines } from './pause-text.ts';
import { progressWords } from './progress.ts';
import { storyLines } from './story-text.ts';
import { plain } from './terminal.ts';
import { failureLines } from './watch-lines.ts';
import { assumptions, causeWords, duration, money, plural, table, utc } from './words.ts';

/** Which run it is, and of what. */
export function planHead(plan: Plan): string {
  const { runId, parent, items, models, api } = plan;
  return [
    `${runId}: ${plural(items, 'item')} for ${models.map((model) => plain(model)).join(', ')}`,
    ...(parent === undefined ? [] : [`A retry of ${parent.runId}: what that has got is taken over.`]),
    ...(parent?.reason === undefined ? [] : [`Why: ${plain(parent.reason)}`]),
    ...(api.emulated ? ['The API is emulated: nothing here is a real generation or a real cost.'] : []),
    ...gateLines(plan),
  ].join('\n');
}

/** How a run ended, what it cost, and what to do next. */
export function endText(session: Pick<LinkSource, 'store'>, ending: Ending): string {
  const { run, marker, tally, corrected, plan, failures, budget } = ending;
  const unnamed = tally.failed - failures.length;
  const counts = [
    `${tally.succeeded} succeeded${tally.reused === undefined ? '' : ` (${tally.reused} taken over from earlier runs)`}`,
    ...(tally.failed > 0 ? [`${tally.failed} failed`] : []),
    ...(tally.cancelled > 0 ? [`${tally.cancelled} cancelled`] : []),
    ...(tally.expired === undefined ? [] : [`${tally.expired} expired`]),
  ].join(', ');
  return [
    `${run.runId}: ${marker.state.replaceAll('_', ' ')}${causeWords(marker.because)}. ${counts}${took(plan?.createdAt, marker.endedAt)}.`,
    ...failures.map(({ id, fault }) => `  ${id}: ${fault.code}: ${plain(faultWords(fault, run.runId))}`),
    ...(unnamed > 0 && failures.length > 0 ? [`  … and ${unnamed} more, in errors.jsonl`] : []),
    ...(marker.collected === undefined
      ? []
      : [`Its results were collected at ${utc(marker.collected.at)}: bill and report are left.`]),
    `Bill: ${money(tally)} (${certaintyWords(tally, corrected)})`,
    ...(budget === undefined ? [] : [budgetText(budget)]),
    ...(plan === undefined ? [] : [`Cache: ${cacheWords(plan.api.cacheMode)}`]),
    `Bucket: s3://${session.store.bucket}/${runKeys(run).root}`,
  ].join('\n');
}

function certaintyWords({ unknown }: ItemCost, corrected: CorrectedCost | undefined): string {
  const { corrections, assumes } = corrected ?? { corrections: 0 };
  return [
    unknown.count > 0 ? 'estimated' : assumes === undefined ? 'exact' : `exact, ${assumptions[assumes]}`,
    ...(corrections === 0 ? [] : [plural(corrections, 'correction')]),
    ...(corrected === undefined || corrections > 0 ? [] : ['with what came after its end']),
  ].join(', ');
}

function took(startedAt: string | undefined, endedAt: string): string {
  if (startedAt === undefined) return '';
  return ` in ${duration((Date.parse(endedAt) - Date.parse(startedAt)) / 1_000)}`;
}

/** A run whose workflow failed, or was ended from outside. */
export function brokenText(
  { job, runId }: RunLocation,
  { status, reason }: Extract<Sight, { readonly kind: 'broken' }>,
): string {
  const time = plannedTimeOf(runId);
  const remedy =
    time === undefined
      ? `\`pollen-batch resume ${runId} --from-store\` starts it again`
      : `\`pollen-batch schedule backfill ${job} --from ${time} --to ${time}\` starts it again`;
  return [
    `The workflow is ${status.toLowerCase().replaceAll('_', ' ')} and wrote no marker${reason === undefined ? '' : `: ${plain(reason)}`}`,
    `${remedy}: the run goes on where it was.`,
  ].join('\n');
}

/** A paused run that is not waited for. */
export function leftPausedText({ runId }: RunLocation, { view, inFlight, budget }: Running): string {
  const { items, tally, paused = [] } = view;
  return [
    `${runId}: paused. ${progressWords({ items, tally, budget, inFlight, rate: undefined })}`,
    ...pauseLines(paused),
  ].join('\n');
}

/** A run as `get` shows it. */
export function detailsText(session: LinkSource, details: RunDetails): string {
  const { run, plan, sight, report, ending, budget, missing, story } = details;
  const head =
    plan === undefined
      ? `${run.runId}: not planned yet`
      : `${planHead(plan)}\nPlanned: ${costText(plan.estimate)}.`;
  const failures = sight.kind === 'running' ? failureLines(run.runId, sight.view) : [];
  return [
    head,
    ...(plan?.labels === undefined
      ? []
      : [
          `Labels: ${labelEntries(plan.labels)
            .map((entry) => plain(entry))
            .join(', ')}`,
        ]),
    '',
    ending === undefined ? sightText(run, sight, budget) : endText(session, ending),
    ...missing.map(missingText),
    ...storyLines(story),
    ...(report === undefined
      ? []
      : [
          '',
          table([
            ['MODEL', 'KIND', 'ITEMS', 'FAILED', 'POLLEN'],
            ...report.models.map(({ model, kind, items, tally }) => [
              plain(model),
              kind,
              String(items),
              String(tally.failed),
              tally.settled,
            ]),
          ]),
        ]),
    ...(failures.length === 0 ? [] : ['Failed:', ...failures.map((line) => `  ${line}`)]),
    ...(ending === undefined ? [] : ['', ...linkLines(session, run), ...nextLines(ending, false)]),
  ].join('\n');
}

function sightText(run: RunLocation, sight: Sight, budget: BudgetSight | undefined): string {
  switch (sight.kind) {
    case 'ended':
      return sight.marker.state;
    case 'running': {
      const { state, items, tally, endsAt, paused = [] } = sight.view;
      const words = progressWords({ items, tally, inFlight: sight.inFlight, rate: undefined });
      return [
        `${state}: ${words}`,
        ...(budget === undefined ? [] : [budgetText(budget)]),
        ...(endsAt === undefined ? [] : [`Ends at ${utc(endsAt)} with what it has then.`]),
        ...pauseLines(paused),
      ].join('\n');
    }
    case 'silent':
      return `The run does not answer: ${plain(sight.reason)}`;
    case 'broken':
      return brokenText(run, sight);
  }
}
