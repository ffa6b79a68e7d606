import type { PlannedItem } from '../../plan/plan.ts';
import { dialects } from '../../pollinations/dialects/index.ts';
import type { PlanPreview } from '../plan.ts';
import { costText, timeText } from './outlook-text.ts';
import { priceText } from './price-text.ts';
import { requestText } from './request-text.ts';
import { plain } from './terminal.ts';
import { plural, table } from './words.ts';

/** What submitting a job would do, as `plan` shows it. */
export function planPreviewText(preview: PlanPreview): string {
  const { file, items, calls, reused, run, time, estimate, requests, api } = preview;
  const taken = reused > 0 ? `, ${plural(reused, 'item')} taken over from earlier runs` : '';
  return [
    `${plain(file)}: ${plural(items, 'item')}, ${plural(calls, 'call')}${taken}`,
    `Run: ${run.runId} (${stateText(run.state)})`,
    ...(api.emulated ? ['The API is emulated: nothing here is a real generation or a real cost.'] : []),
    '',
    table(modelRows(preview)),
    '',
    `Cost: ${costText(estimate)}.`,
    ...(calls === 0 ? [] : [`Time: ${timeText(time)}.`]),
    '',
    ...changeLines(preview.changes),
    ...requests.flatMap((item, index) => ['', ...requestLines(preview, item, index)]),
  ].join('\n');
}

function stateText(state: PlanPreview['run']['state']): string {
  if (state === 'new') return 'new';
  if (state === 'unfinished') return 'there already, and not ended: `run` and `submit` come back to it';
  return `there already, ${state.replaceAll('_', ' ')}: another one is made with --new`;
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

const signs = { new: '+', changed: '~', gone: '-' } as const;

function changeLines(changes: PlanPreview['changes']): readonly string[] {
  if ('notCompared' in changes) return [`Not compared: ${plain(changes.notCompared)}.`];
  const { counts, listed, comparedWith, at } = changes;
  const more = counts.new + counts.changed + counts.gone - listed.length;
  const count = (number: number): string => number.toLocaleString('en-US');
  return [
    `Against ${comparedWith} of ${at.slice(0, 16).replace('T', ' ')}: + ${count(counts.new)} new, ~ ${count(counts.changed)} changed, = ${count(counts.same)} the same, - ${count(counts.gone)} gone`,
    ...listed.map(({ mark, id }) => `  ${signs[mark]} ${plain(id)}`),
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
