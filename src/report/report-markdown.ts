import { labelEntries } from '../plan/labels.ts';
import { code, inertMarkdown } from '../workflows/markdown.ts';
import { duration, money, ownRemedy, plural, utc } from '../workflows/words.ts';
import { actWords } from './act-words.ts';
import { estimateLine, latencySection, spentSection } from './report-money.ts';
import { bulletsOf, proseMarkdown, section, tableOf } from './markdown-page.ts';
import type { Report } from './report.ts';

/** Classes of failures, and acts, that a page has room for. */
const MOST = 12;
const DESCRIPTION = 600;
const REASON = 300;

/**
 * A report on one page that a person forwards, in Markdown: what was asked, done, failed, spent and saved. What is not
 * ours shows as just that text. The same report gives the same page.
 */
export function reportMarkdown(report: Report): string {
  const { runId, api } = report;
  const parts = [
    `# Run ${code(runId)}`,
    `**${headLine(report)}**`,
    ...(api.emulated ? ['The API was emulated: nothing here is a real generation or a real cost.'] : []),
    section('Asked', askedLines(report)),
    section('Done', doneTable(report)),
    section('Failed', failedLines(report)),
    section('Look at', doubtLines(report)),
    ...spentSection(report),
    ...latencySection(report),
    section('What people did', storyLines(report)),
    [
      `All of it is in ${code('report.json')}, and every attempt in ${code('bill.jsonl')}.`,
      `${code(`pollen-batch bill ${runId}`)} tells what is known by now,`,
      `${code(`pollen-batch results ${runId}`)} copies the results,`,
      `and ${code(`pollen-batch verify ${runId}`)} checks all of it.`,
    ].join(' '),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function headLine({ state, items, tally }: Report): string {
  return `${capital(state.replaceAll('_', ' '))}: ${tally.succeeded} of ${plural(items, 'item')} succeeded, for ${money(tally)}.`;
}

function askedLines(report: Report): string {
  const { job, description, labels, parent, items, models, api, startedAt, endedAt, budget } = report;
  const names = models.map(({ model, kind }) => `${inertMarkdown(model, 60)} (${kind})`);
  const took = duration(Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)) / 1_000);
  return bulletsOf([
    `Job: ${code(job)}, ${plural(items, 'item')}${names.length === 0 ? '' : ` for ${cutList(names).join(', ')}`}`,
    ...(description === undefined ? [] : [`What it is for: ${inertMarkdown(description, DESCRIPTION)}`]),
    ...(labels === undefined
      ? []
      : [
          `Labels: ${labelEntries(labels)
            .map((entry) => inertMarkdown(entry))
            .join(', ')}`,
        ]),
    ...(parent === undefined
      ? []
      : [
          `A retry of ${code(parent.runId)}${parent.reason === undefined ? '' : `: ${inertMarkdown(parent.reason, REASON)}`}`,
        ]),
    `From ${utc(startedAt)} to ${utc(endedAt)}: ${took}`,
    `API: ${code(api.id)}, dialect ${api.dialect}`,
    `Planned: ${estimateLine(report)}`,
    ...(budget === undefined
      ? []
      : [`Budget: ${budget.amount} Pollen${budget.reached ? ', which was used up' : ''}`]),
  ]);
}

function doneTable({ tally }: Report): string {
  const { succeeded, reused = 0, failed, cancelled, expired = 0 } = tally;
  const rows = [
    ['succeeded', succeeded],
    ['of these taken over from earlier runs', reused],
    ['failed', failed],
    ['cancelled: the run was stopped before them', cancelled],
    ['expired: the deadline came before them', expired],
  ] as const;
  const told = rows.filter(([name, count]) => count > 0 || name === 'succeeded');
  return tableOf(
    ['what', 'items'],
    told.map(([name, count]) => [name, String(count)]),
  );
}

// Reports of earlier versions tell how many alone.
function failedLines({ runId, tally, failures = [] }: Report): string {
  if (tally.failed === 0) return '';
  if (failures.length === 0) return `${plural(tally.failed, 'item')}; ${code('errors.jsonl')} tells which.`;
  const rest = failures.slice(MOST).reduce((sum, { items }) => sum + items, 0);
  return bulletsOf([
    ...failures
      .slice(0, MOST)
      .map(
        ({ code: word, items, example, remedy }) =>
          `${code(word)}: ${plural(items, 'item')}, as ${code(example)}. ${proseMarkdown(ownRemedy(remedy, runId))}`,
      ),
    ...(rest === 0 ? [] : [`${plural(rest, 'item')} in other ways, in ${code('errors.jsonl')}`]),
  ]);
}

function doubtLines({ doubts = [] }: Report): string {
  return bulletsOf(
    doubts
      .slice(0, MOST)
      .map(
        ({ doubt, items, example }) =>
          `${plural(items, 'result')}, as of ${code(example)}: ${inertMarkdown(doubt, REASON)}`,
      ),
  );
}

function storyLines({ story = [] }: Report): string {
  const left = Math.max(0, story.length - MOST);
  return bulletsOf([
    ...(left === 0 ? [] : [`${left} more before, in ${code('report.json')}`]),
    ...story
      .slice(left)
      .map(
        (change) =>
          `${utc(change.at)}: ${actWords(change)}${change.reason === undefined ? '' : `: ${inertMarkdown(change.reason, REASON)}`}`,
      ),
  ]);
}

function cutList(names: readonly string[]): readonly string[] {
  return names.length <= MOST ? names : [...names.slice(0, MOST), `${names.length - MOST} more`];
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
