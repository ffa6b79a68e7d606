import type { ModelCount, SampledFailure } from '../records/counts.ts';
import type { EndState } from '../records/outcome.ts';
import { budgetUnderWay } from '../pollen/budget-sums.ts';
import type { BudgetView } from '../pollen/ledger.ts';
import { settledItems, type Tally } from '../records/tally.ts';
import type { Folder } from '../storage/folder.ts';
import { bullets, code, figures, inertMarkdown } from './markdown.ts';
import type { RunState } from './messages.ts';
import type { Pause } from './pauses.ts';
import { budgetParts, duration, money, ownRemedy, plural, utc } from './words.ts';

/** A run's state, or that it was told to stop and lets its calls finish. */
export type PanelState = RunState | 'stopping';

/** What the panel of a run or page is drawn from. */
export interface Panel {
  readonly runId: string;
  readonly state: PanelState;
  readonly items: number;
  readonly tally: Tally;
  readonly models: readonly ModelCount[];
  readonly failures: readonly SampledFailure[];
  /** Calls under way; absent where it is not known. */
  readonly inFlight?: number;
  /** Items a second, lately; absent where there is no rate. */
  readonly rate?: number | undefined;
  /** When the items were counted, in milliseconds since the epoch. */
  readonly at: number;
  /** Absent before the run is planned, and for pages. */
  readonly folder?: Folder | undefined;
  /** As the run knows it by its tally; absent where it has none. */
  readonly budget?: BudgetView | undefined;
  /** When it ends with what it has, ISO 8601; absent where it has no deadline. */
  readonly endsAt?: string | undefined;
  /** Why it is paused. @default it is not, or its run knows why */
  readonly pauses?: readonly Pause[];
}

/** More rows would push the failures off the screen. */
const MODELS = 8;
const FAILURES = 5;

const endStates: ReadonlySet<string> = new Set<EndState>([
  'completed',
  'completed_with_failures',
  'stopped',
  'expired',
  'failed',
]);

/** A run or page in Markdown, for the Temporal UI: what it came to so far, and where to look. */
export function describePanel(panel: Panel): string {
  return [
    headline(panel),
    reasons(panel),
    bullets(facts(panel)),
    models(panel),
    failures(panel),
    objects(panel),
  ]
    .filter((block) => block !== '')
    .join('\n\n');
}

function headline({ state, items, tally }: Panel): string {
  const done = settledItems(tally);
  const share = items === 0 ? '' : ` (${Math.floor((100 * done) / items)} %)`;
  return `**${state.replaceAll('_', ' ')}** · **${done} of ${items}** items${share}`;
}

function reasons({ pauses = [] }: Panel): string {
  return bullets(
    pauses.map(
      ({ reason, since, message, remedy }) =>
        `**${reason}** since ${utc(since)}: ${inertMarkdown(message)}. ${remedy}`,
    ),
  );
}

function facts(panel: Panel): readonly string[] {
  const { state, tally, budget, endsAt, inFlight, at } = panel;
  return [
    [
      `${tally.succeeded} succeeded`,
      ...(tally.failed > 0 ? [`${tally.failed} failed`] : []),
      ...(tally.cancelled > 0 ? [`${tally.cancelled} cancelled`] : []),
      ...(tally.expired === undefined ? [] : [`${tally.expired} expired`]),
      ...(inFlight === undefined || inFlight === 0 ? [] : [`${inFlight} under way`]),
    ].join(', '),
    `**${money(tally)}**`,
    ...(budget === undefined
      ? []
      : [`budget **${budget.amount}**: ${budgetParts(budgetUnderWay(budget, tally.unknown)).join(', ')}`]),
    ...pace(panel),
    ...(endsAt === undefined || endStates.has(state) ? [] : [`ends at ${utc(endsAt)} with what it has then`]),
    ...(tally.throttled > 0 ? [`told to slow down ${plural(tally.throttled, 'time')}`] : []),
    `counted at ${new Date(at).toISOString().slice(11, 19)} UTC`,
  ];
}

function pace({ state, items, tally, rate = 0 }: Panel): readonly string[] {
  const left = items - settledItems(tally);
  if (state === 'paused' || rate <= 0 || left <= 0) return [];
  return [`${Math.round(rate * 60)} items a minute, about ${duration(left / rate)} left`];
}

function models({ models: counts }: Panel): string {
  if (counts.length < 2) return '';
  const rows = counts.slice(0, MODELS).map((count) => {
    const { model, done, failed, settled } = count;
    return [inertMarkdown(model, 40), String(done), String(failed), settled];
  });
  const more = counts.length > MODELS ? `\n\n… and ${plural(counts.length - MODELS, 'more model')}` : '';
  return figures(['model', 'calls', 'failed', 'Pollen'], rows) + more;
}

function failures({ runId, failures: known, tally }: Panel): string {
  if (known.length === 0) return '';
  const shown = known.slice(-FAILURES);
  const head = tally.failed > shown.length ? `last ${shown.length} of ${tally.failed}` : `${shown.length}`;
  const rows = shown.map(({ id, code: fault, status, remedy }) => {
    const which = status === undefined ? fault : `${fault} (${status})`;
    return `${code(id)} **${which}**: ${ownRemedy(remedy, runId)}`;
  });
  return `**Failed items** (${head})\n\n${bullets(rows)}`;
}

function objects({ folder, state }: Panel): string {
  if (folder === undefined) return '';
  const marker = state === 'completed' ? '_SUCCESS' : '_FAILED';
  const files = endStates.has(state) ? ['report.json', 'bill.jsonl', 'errors.jsonl', marker] : [];
  const links = files.map((name) =>
    folder.url === undefined ? code(name) : `[${inertMarkdown(name)}](${folder.url}${name})`,
  );
  const place = folder.url === undefined ? 'Results' : `[Results](${folder.url})`;
  return [`${place}: ${code(folder.uri)}`, ...(links.length === 0 ? [] : [links.join(', ')])].join('  \n');
}
