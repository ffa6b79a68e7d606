import { duration, plural } from '../workflows/words.ts';
import { inertMarkdown } from '../workflows/markdown.ts';
import type { BillShare, Saving } from './bill-shares.ts';
import { costText } from './estimate-text.ts';
import { section, tableOf } from './markdown-page.ts';
import type { Report } from './report.ts';

/** Models that a page has room for. */
const MOST = 12;

/** What the plan said that it would cost. */
export function estimateLine({ estimate }: Pick<Report, 'estimate'>): string {
  return costText(estimate);
}

/** What was paid by model, what became of it, and what cost nothing. */
export function spentSection(report: Report): readonly string[] {
  const { tally, certainty } = report;
  const { unknown } = tally;
  const bound = unknown.atMost === null ? 'with no known bound' : `at most ${unknown.atMost} Pollen more`;
  const open =
    certainty === 'exact'
      ? 'Exact: every charge is known to the last 1e-8 Pollen.'
      : `Estimated: ${plural(unknown.count, 'charge')} may or may not have been made, ${bound}.`;
  return [
    section('Spent', [`${tally.settled} Pollen. ${open}`, modelTable(report)].join('\n\n')),
    shareTable(report),
    section('Saved', savedTable(report)),
    section('Throttled', throttledLine(report)),
  ];
}

/** How long answers took; nothing where none was timed. */
export function latencySection({ latency = [] }: Report): readonly string[] {
  if (latency.length === 0) return [];
  const rows = latency
    .slice(0, MOST)
    .map(({ model, kind, answers, medianMs, p95Ms }) => [
      `${inertMarkdown(model, 60)} (${kind})`,
      String(answers),
      duration(medianMs / 1_000),
      duration(p95Ms / 1_000),
    ]);
  return [section('Latency', tableOf(['model', 'answers', 'median', '95 % within'], rows))];
}

function modelTable({ models }: Report): string {
  if (models.length === 0) return '';
  const rows = models
    .slice(0, MOST)
    .map(({ model, kind, items, tally }) => [
      `${inertMarkdown(model, 60)} (${kind})`,
      String(items),
      String(tally.failed),
      tally.settled,
      tally.unknown.count === 0 ? '' : (tally.unknown.atMost ?? 'no bound'),
    ]);
  const left = models.length - rows.length;
  const more = left === 0 ? '' : `\n\n${plural(left, 'more model')}, all cheaper, in \`report.json\`.`;
  return `${tableOf(['model', 'calls', 'failed', 'Pollen', 'unknown, at most'], rows)}${more}`;
}

function shareTable({ paid }: Report): string {
  if (paid === undefined) return '';
  const row = (name: string, { attempts, pollen }: BillShare): readonly (readonly string[])[] =>
    attempts === 0 ? [] : [[name, String(attempts), pollen]];
  return tableOf(
    ['what became of it', 'attempts', 'Pollen'],
    [
      ['kept: the answer is a result', String(paid.kept.attempts), paid.kept.pollen],
      ...row('wasted: the answer was lost, refused by a check, or not stored', paid.wasted),
      ...row('duplicate: paid beside another answer to the same call', paid.duplicate),
      ...row('late: answered once the item had ended without it', paid.late),
    ],
  );
}

function savedTable({ saved }: Report): string {
  if (saved === undefined) return '';
  const row = (name: string, { attempts, pollen, unpriced }: Saving): readonly (readonly string[])[] =>
    attempts === 0
      ? []
      : [[name, String(attempts), `${pollen}${unpriced === 0 ? '' : ` + ${unpriced} of unknown price`}`]];
  const rows = [
    ...row("the API's cache had the answer", saved.cache),
    ...row('an earlier run had the answer', saved.reuse),
  ];
  return rows.length === 0 ? '' : tableOf(['why it cost nothing', 'answers', 'Pollen'], rows);
}

function throttledLine({ tally, throttled }: Report): string {
  if (tally.throttled === 0) return '';
  const items = throttled === undefined ? '' : `, of ${plural(throttled.items, 'item')}`;
  return `${plural(tally.throttled, 'attempt')}${items}: the API asked to slow down, which costs nothing.`;
}
