import { labelEntries } from '../../plan/labels.ts';
import type { Plan } from '../../plan/plan.ts';
import { bullets, code, inertMarkdown } from '../../workflows/markdown.ts';
import type { Folder } from '../../storage/folder.ts';
import { plural } from './words.ts';

const DESCRIPTION = 1_000;
const REASON = 300;

/** What a run is, in a line, for the Temporal UI. */
export function planSummary({ job, items }: Plan): string {
  return `${job}: ${plural(items, 'item')}`;
}

/**
 * What a run is for and will do, in Markdown, for the Temporal UI. What its author wrote shows as just that text.
 *
 * @param folder - where its results go
 */
export function planDetails(plan: Plan, folder: Folder): string {
  const { runId, description } = plan;
  const shell = [
    `watch: ${code(`pollen-batch watch ${runId}`)}`,
    `hold it: ${code(`pollen-batch suspend ${runId}`)}, and go on: ${code(`pollen-batch resume ${runId}`)}`,
    `stop it for good, with a report: ${code(`pollen-batch stop ${runId}`)}, or Request Cancellation above`,
    `copy the results: ${code(`pollen-batch results ${runId}`)}`,
  ];
  return [
    ...(description === undefined ? [] : [inertMarkdown(description, DESCRIPTION)]),
    bullets(facts(plan, folder)),
    'On the command line:',
    bullets(shell),
  ].join('\n\n');
}

/**
 * What the runs of a schedule are for and will do, in Markdown, for the Temporal UI.
 *
 * @param folder - where their results go
 */
export function scheduleDetails(plan: Plan, folder: Folder): string {
  const { job, description } = plan;
  return [
    ...(description === undefined ? [] : [inertMarkdown(description, DESCRIPTION)]),
    bullets(facts(plan, folder)),
    `Started by its schedule: ${code(`pollen-batch schedule get ${job}`)}`,
  ].join('\n\n');
}

function facts(plan: Plan, { uri, url }: Folder): readonly string[] {
  const { items, models, estimate, labels, api, parent } = plan;
  const { atMost, unbounded, free } = estimate;
  const names = models.map((model) => inertMarkdown(model, 60));
  return [
    `${plural(items, 'item')} for ${names.join(', ')}`,
    ...(parent === undefined ? [] : [`a retry of ${code(parent.runId)}, whose results it takes over`]),
    ...(parent?.reason === undefined ? [] : [`why it is one: ${inertMarkdown(parent.reason, REASON)}`]),
    [
      `at most ${atMost} Pollen at the prices of ${plan.createdAt.slice(0, 10)}`,
      ...(unbounded > 0 ? [`${plural(unbounded, 'call')} without a known bound`] : []),
      ...(free > 0 ? [`${plural(free, 'call')} free`] : []),
    ].join(', '),
    ...(labels === undefined
      ? []
      : [
          `labels: ${labelEntries(labels)
            .map((entry) => inertMarkdown(entry))
            .join(', ')}`,
        ]),
    api.emulated
      ? 'the API is emulated: nothing here is a real generation or a real cost'
      : `API: ${inertMarkdown(api.id)}, dialect ${api.dialect}`,
    `${url === undefined ? 'results' : `[results](${url})`}: ${code(uri)}`,
  ];
}
