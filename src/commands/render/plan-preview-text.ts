import type { PlannedItem } from '../../plan/plan.ts';
import { dialects } from '../../pollinations/dialects/index.ts';
import type { PlanPreview } from '../plan/plan.ts';
import { gateLines } from './gates-text.ts';
import { costText } from '../../report/estimate-text.ts';
import { timeText } from './outlook-text.ts';
import { priceText } from './price-text.ts';
import { requestText } from './request-text.ts';
import { keptSettingsText } from './submitted.ts';
import { plain } from './terminal.ts';
import { fitTable, wrap } from './fit.ts';
import { plural, utc } from './words.ts';

const PRICE_COLUMN = 3;

/**
 * What submitting a job would do, as `plan` shows it. Requests are shown as they are, however wide.
 *
 * @param width - columns of the screen. @default no limit
 */
export function planPreviewText(preview: PlanPreview, width = Number.POSITIVE_INFINITY): string {
  const { file, items, calls, reused, run, time, estimate, requests, api } = preview;
  const taken = reused > 0 ? `, ${plural(reused, 'item')} taken over from earlier runs` : '';
  const whose = run.state === 'new' ? '' : ' in a run made anew';
  const prose = (lines: readonly string[]): readonly string[] => lines.map((line) => wrap(line, width));
  const head = [
    `${plain(file)}: ${plural(items, 'item')}, ${plural(calls, 'call')}${taken}${whose}`,
    `Run: ${run.runId} (${stateText(preview)})`,
    ...(run.keptSettings.length > 0 ? [keptSettingsText(run.keptSettings)] : []),
    ...(api.emulated ? ['The API is emulated: nothing here is a real generation or a real cost.'] : []),
  ];
  const outcome = [
    `Cost: ${payText(preview)}${costText(estimate)}.`,
    ...(calls === 0 ? [] : [`Time: ${timeText(time)}.`]),
    ...gateLines({ items, ...preview.gates }),
    '',
    ...changeLines(preview),
  ];
  return [
    ...prose(head),
    '',
    fitTable(modelRows(preview), width, PRICE_COLUMN),
    '',
    ...prose(outcome),
    ...requests.flatMap((item, index) => ['', ...requestLines(preview, item, index)]),
  ].join('\n');
}

function stateText({ run: { state }, needsNew }: PlanPreview): string {
  if (needsNew) return 'there already with other seeds or content: this one is made with --new';
  if (state === 'new') return 'new';
  if (state === 'unfinished') return 'there already, and not ended: `run` and `submit` come back to it';
  return `there already, ${state.replaceAll('_', ' ')}: another one is made with --new`;
}

// A price that nobody will pay must not look like one that somebody will.
function payText({ run: { state }, needsNew }: PlanPreview): string {
  if (needsNew) return 'with --new: ';
  if (state === 'new') return '';
  return state === 'unfinished'
    ? 'what that run has left to call; another one, with --new: '
    : 'none, as that run has ended; another one, with --new: ';
}

function modelRows({ models, rates, api }: PlanPreview): readonly (readonly string[])[] {
  const { rounding } = dialects[api.dialect];
  return [
    ['MODEL', 'KIND', 'CALLS', 'PRICE IN POLLEN', 'AT LEAST', 'LIKELY', 'AT MOST'],
    ...models.map((one, index) => [
      plain(one.model, 100),
      one.kind,
      String(one.calls),
      priceText(one.kind, rates[index], rounding),
      one.atLeast,
      one.unknown > 0 ? 'unknown' : one.likely,
      one.unbounded > 0 ? 'no known bound' : one.atMost,
    ]),
  ];
}

const signs = { new: '+', missing: '+', changed: '~', gone: '-' } as const;

function changeLines({ changes, reuses, run, api }: PlanPreview): readonly string[] {
  if ('notCompared' in changes) return [`Not compared: ${plain(changes.notCompared)}.`];
  const { counts, listed, comparedWith, at, ended } = changes;
  const more = counts.new + counts.missing + counts.changed + counts.gone - listed.length;
  const count = (number: number): string => number.toLocaleString('en-US');
  const asked = ended ? 'asked before without success' : 'asked before in a run that has not ended';
  const again = run.state === 'new' ? 'are called' : 'would be called';
  // What is done has the very bytes that the API has seen before.
  const paid =
    api.cacheMode === 'none' ? 'and paid for again' : "again, and paid for unless the API's cache has them";
  return [
    `Against ${comparedWith} of ${utc(at)}: + ${count(counts.new)} new, ~ ${count(counts.changed)} changed, = ${count(counts.done)} done, - ${count(counts.gone)} gone`,
    ...(counts.missing > 0 ? [`  + ${count(counts.missing)} ${asked}`] : []),
    ...(counts.done > 0 && !reuses
      ? [`  = those that are done ${again} ${paid}; --reuse takes them over at no cost`]
      : []),
    ...listed.map(
      ({ mark, id }) => `  ${signs[mark]} ${plain(id)}${mark === 'missing' ? ` (${asked})` : ''}`,
    ),
    ...(more > 0 ? [`  … and ${count(more)} more`] : []),
  ];
}

function requestLines({ items, api }: PlanPreview, item: PlannedItem, index: number): readonly string[] {
  const head = `Request ${index + 1} of ${items.toLocaleString('en-US')}: ${plain(item.id)}`;
  const taken =
    item.reuse === undefined ? [] : [`  taken over from ${plain(item.reuse.runId)}, and not sent`];
  const calls = 'steps' in item ? item.steps : [item];
  return [head, ...taken, ...calls.flatMap((call) => requestText(call, api.base))];
}
