import { isDeepStrictEqual } from 'node:util';

import type { Plan } from '../plan/plan.ts';
import type { AttemptRecord } from '../records/record.ts';
import type { Marker } from '../records/run-store.ts';
import type { BillLine, Report } from '../report/report.ts';
import type { ResultLine } from '../report/result-line.ts';
import { firstDifference, shown, type Findings } from './findings.ts';
import type { Figures } from './figures.ts';
import { billOf, errorOf, type RunFold } from './fold.ts';
import { broughtTo, isOneOf, withLate, type LateAnswer } from './late.ts';
import type { Opening } from './opening.ts';
import { checkStory } from './story.ts';
import {
  hashOf,
  isObjects,
  lookInto,
  numberLines,
  parsed,
  type NumberedLines,
  type RunReader,
} from './reading.ts';

/** The files that a run closes with, held against its items. */
export interface ClosingFiles {
  /**
   * Holds the lines of an item against what it has come to.
   *
   * @param late - what came late to it, perhaps after the files were made: what the bill tells of was there
   * @returns the line as report and bill must count it, and those of its attempts that came late
   */
  take(
    line: ResultLine,
    late: readonly LateAnswer[],
  ): { readonly line: ResultLine; readonly late: readonly AttemptRecord[] };
  /** Holds report and marker against all of them. */
  end(fold: RunFold): void;
}

/** Reads the files that a run has closed with. */
export async function openClosingFiles(
  findings: Findings,
  reader: RunReader,
  plan: Plan,
  { marker, markerName, markerAt, changes }: Opening & { readonly marker: Marker },
): Promise<ClosingFiles> {
  const read = async (name: string): Promise<Uint8Array | undefined> => {
    const body = await reader.bytes(name);
    const sealed = marker.files?.find(({ key }) => key === `${reader.root}${name}`)?.sha256;
    if (body !== undefined && sealed !== undefined && sealed !== hashOf(body)) {
      findings.add('file-changed', name, `sha256 ${sealed}`, `sha256 ${hashOf(body)}`);
    }
    return body;
  };
  const numbered = async (name: 'bill.jsonl' | 'errors.jsonl'): Promise<NumberedLines | undefined> => {
    const body = await read(name);
    const lines = body && numberLines(body);
    for (const line of lines?.unreadable ?? []) {
      findings.add(codes[name], name, `a line of an item`, `line ${line}, which cannot be read`);
    }
    return lines;
  };
  const [bill, errors, report] = [
    await numbered('bill.jsonl'),
    await numbered('errors.jsonl'),
    await read('report.json'),
  ];
  // Its views can be made anew from these: that they are what the run has closed with is all there is to say.
  for (const name of viewsIn(marker, reader.root)) await read(name);

  function compare(
    name: 'bill.jsonl' | 'errors.jsonl',
    number: number,
    expected: readonly object[],
    found: readonly object[],
  ): void {
    if (expected.length !== found.length) {
      findings.add(codes[name], name, `${expected.length} lines of item ${number}`, `${found.length}`);
      return;
    }
    for (const [index, line] of expected.entries()) {
      const other = like(line, found[index] ?? {});
      if (isDeepStrictEqual(plain(line), other)) continue;
      const difference = firstDifference(plain(line), other);
      findings.add(codes[name], name, `item ${number}: ${difference.expected}`, difference.found);
    }
  }

  return {
    take(line, late) {
      const known = (bill?.look(line.number) ?? []) as readonly Partial<BillLine>[];
      const before = late.filter(
        ({ part, attempts, stored }) =>
          isLongBefore(stored, markerAt) ||
          attempts.every((attempt) =>
            known.some((row) => row.at === attempt.at && isOneOf(row, { ...attempt, ...part })),
          ),
      );
      const told = withLate(line, before);
      if (bill !== undefined) compare('bill.jsonl', line.number, billOf(told), bill.take(line.number));
      const error = errorOf(line);
      if (errors !== undefined) {
        const expected = error === undefined ? [] : [error];
        compare('errors.jsonl', line.number, expected, errors.take(line.number));
      }
      return { line: told, late: broughtTo(line, before) };
    },
    end(fold) {
      for (const [name, lines] of [
        ['bill.jsonl', bill],
        ['errors.jsonl', errors],
      ] as const) {
        for (const number of lines?.left() ?? []) {
          findings.add(codes[name], name, 'lines of planned items', `a line of item ${number}`);
        }
      }
      lookInto(findings, markerName, () => checkMarker(findings, reader, plan, marker, markerName, fold));
      const told = report && parsed(Buffer.from(report).toString('utf8'));
      if (told !== undefined) {
        const budget = budgetOf(plan, marker, changes);
        lookInto(findings, 'report.json', () => checkReport(findings, told, plan, marker, budget, fold));
        lookInto(findings, 'report.json', () => checkStory(findings, told, marker, changes));
      } else if (report !== undefined) {
        findings.add('object-unreadable', 'report.json', 'a JSON object', 'something else');
      }
    },
  };
}

const codes = { 'bill.jsonl': 'bill-differs', 'errors.jsonl': 'errors-differ' } as const;

function checkMarker(
  findings: Findings,
  { root }: RunReader,
  plan: Plan,
  marker: Marker,
  name: string,
  fold: RunFold,
): void {
  const tally = fold.tally();
  const ownName = marker.state === 'completed' ? '_SUCCESS' : '_FAILED';
  const expected = { runId: plan.runId, marker: `${root}${ownName}`, tally };
  const found = { runId: marker.runId, marker: marker.marker, tally: marker.tally };
  if (!isDeepStrictEqual(found, expected)) {
    const difference = firstDifference(expected, found);
    findings.add('marker-differs', name, difference.expected, difference.found);
  }
  const { expired = 0 } = tally;
  const left = tally.cancelled + expired;
  const isRight =
    marker.state === 'completed'
      ? tally.failed + left === 0
      : marker.state === 'completed_with_failures'
        ? tally.failed > 0 && left === 0
        : expired > 0 === (marker.state === 'expired');
  if (!isRight) findings.add('state-wrong', name, `a run with ${shown(tally)}`, marker.state);
  const parts = new Set(marker.parts.map(({ key }) => key));
  for (const { page } of plan.pages) {
    const part = `results/part-${String(page).padStart(5, '0')}.jsonl`;
    if (!parts.has(`${root}${part}`)) findings.add('marker-differs', name, `the sha256 of ${part}`, 'none');
  }
}

/** Milliseconds that a run may take from reading what came late to its marker. */
const CLOSING_MS = 10 * 60_000;

const CHECKED: ReadonlySet<string> = new Set(['bill.jsonl', 'errors.jsonl', 'report.json']);

function viewsIn({ files = [] }: Marker, root: string): readonly string[] {
  const names = files.flatMap(({ key }) => (key.startsWith(root) ? [key.slice(root.length)] : []));
  return names.filter((name) => !CHECKED.has(name));
}

function isLongBefore(stored: Date, markerAt: Date | undefined): boolean {
  return markerAt !== undefined && stored.getTime() < markerAt.getTime() - CLOSING_MS;
}

// As it was set last.
function budgetOf(plan: Plan, { because }: Marker, changes: Opening['changes']): Report['budget'] {
  const [, last] = changes.findLast(([, { kind }]) => kind === 'budget') ?? [];
  const budget = plan.budget && ((last?.['budget'] as Plan['budget']) ?? plan.budget);
  return budget && { ...budget, reached: because === 'budget' };
}

function checkReport(
  findings: Findings,
  report: Partial<Report>,
  plan: Plan,
  marker: Marker,
  budget: Report['budget'],
  fold: RunFold,
): void {
  const tally = fold.tally();
  const expected = plain({
    runId: plan.runId,
    job: plan.job,
    parent: plan.parent,
    budget,
    description: plan.description,
    labels: plan.labels,
    state: marker.state,
    api: plan.api,
    startedAt: plan.createdAt,
    endedAt: marker.endedAt,
    items: plan.items,
    tally,
    certainty: tally.unknown.count === 0 ? 'exact' : 'estimated',
    models: byName(fold.models()),
    attempts: fold.attempts(),
    estimate: plan.estimate,
    measured: byName(fold.measured()),
  });
  checkFigures(findings, report, fold.figures());
  const found = {
    ...report,
    models: byName(isObjects(report.models) ? report.models : []),
    // Reports of earlier versions do not measure.
    measured: report.measured === undefined ? expected.measured : byName(report.measured),
  };
  const perhaps = ['parent', 'budget', 'description', 'labels'] as const;
  for (const name of new Set([...(Object.keys(expected) as (keyof typeof expected)[]), ...perhaps])) {
    if (isDeepStrictEqual(found[name], expected[name])) continue;
    const difference = firstDifference(expected[name], found[name], name);
    findings.add('report-differs', 'report.json', difference.expected, difference.found);
  }
}

// Reports of earlier versions have none of them.
function checkFigures(findings: Findings, report: Partial<Report>, figures: Figures): void {
  if (!Object.keys(figures).some((name) => name in report)) return;
  for (const name of Object.keys(figures) as (keyof Figures)[]) {
    if (isDeepStrictEqual(plain(report[name] ?? {}), plain(figures[name] ?? {}))) continue;
    const difference = firstDifference(figures[name], report[name], name);
    findings.add('report-differs', 'report.json', difference.expected, difference.found);
  }
}

function byName<Entry extends { readonly kind: string; readonly model: string }>(
  entries: readonly Entry[],
): Readonly<Record<string, Entry>> {
  return Object.fromEntries(entries.map((entry) => [`${entry.kind} ${entry.model}`, entry]));
}

// Later versions may say more than this one knows of.
function like<Value extends object>(expected: Value, found: object): Value {
  return Object.fromEntries(Object.entries(found).filter(([name]) => name in expected)) as Value;
}

function plain<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}
