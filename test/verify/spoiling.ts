import { createHash } from 'node:crypto';

import type { Plan } from '../../src/plan/plan.ts';
import type { ItemRecord } from '../../src/records/record.ts';
import type { Marker } from '../../src/records/run-store.ts';
import { costOf } from '../../src/records/tally.ts';
import { billLines, type Report } from '../../src/report/report.ts';
import { createReportFold } from '../../src/report/report-fold.ts';
import type { ResultLine } from '../../src/report/result-line.ts';
import type { CopiedRun } from '../support/copied-run.ts';

/** The job of the run that is spoilt. */
export const spoiltJob = `version: 1
name: spoilt
defaults:
  text: { model: openai, max_tokens: 300 }
  image: { model: turbo, width: 64, height: 64 }
items:
  - { id: plain, text: A haiku about pollen }
  - { id: lost, text: "A limerick [[fault:lost:1]]" }
  - { id: refused, text: "Refused [[fault:422]]" }
  - { id: sun, image: The sun }
  - { id: moon, image: "The moon [[fault:placeholder:1]]" }
  - id: chain
    steps:
      - { id: list, text: 'Two words [[answer:["rose","lily"]]]', output: { format: json } }
      - { id: draw, forEach: steps.list.json, image: "A {{ each }}" }
      - { id: sum, text: "All of {{ steps.draw | size }}" }
`;

export const folder = 'items/00000/';
export const plain = `${folder}0000001-plain.record.json`;
export const lost = `${folder}0000002-lost.record.json`;
export const chain = `${folder}0000006-chain.record.json`;
export const part = 'results/part-00000.jsonl';

export const named =
  (pattern: RegExp) =>
  (run: CopiedRun): string =>
    run.names().find((name) => pattern.test(name)) ?? `no object like ${String(pattern)}`;
export const sun = named(/0000004-sun\.(?!record)/);
export const moon = named(/0000005-moon\.(?!record)/);
export const page = named(/plan\/.*\/page-00000/);

export function edit(run: CopiedRun, name: string, change: (record: ItemRecord) => object): void {
  run.set(name, JSON.stringify(change(JSON.parse(run.text(name)) as ItemRecord)));
}

export function replace(run: CopiedRun, name: string, from: string | RegExp, to: string): void {
  const text = run.text(name);
  if (text.search(from) < 0) throw new Error(`${name} has no ${String(from)}`);
  run.set(name, text.replace(from, to));
}

export const secondLine = (text: string): string => `${text.split('\n')[1] ?? ''}\n`;
export const dearer = (amount: string | null): string =>
  (Number(amount) + 1e-8).toFixed(8).replace(/0+$/, '');

/** Closes a run once more, as the product does it, with records that somebody has changed. */
export function closeAgain(run: CopiedRun, told: object = {}, state?: Marker['state']): void {
  const plan = JSON.parse(run.text('plan/plan.json')) as Plan;
  const report = JSON.parse(run.text('report.json')) as Report;
  const marker = JSON.parse(run.text('_FAILED')) as Marker;
  const root = marker.marker.slice(0, -'_FAILED'.length);
  const lines = run
    .text(part)
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as ResultLine)
    .map((line): ResultLine => {
      if (line.status === 'cancelled' || line.status === 'expired') return line;
      const { key } = line as { readonly key: string };
      return { ...(JSON.parse(run.text(key.slice(root.length))) as ItemRecord), key };
    });
  const fold = createReportFold(plan);
  for (const line of lines) fold.add(line);
  const jsonl = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  run.set(part, jsonl(lines));
  run.set('bill.jsonl', jsonl(lines.flatMap(billLines)));
  run.set('report.json', JSON.stringify({ ...fold.report(state ?? report.state, report.endedAt), ...told }));
  const hashed = <Entry extends { readonly key: string }>(entry: Entry): Entry => ({
    ...entry,
    sha256: createHash('sha256')
      .update(run.bytes(entry.key.slice(root.length)))
      .digest('hex'),
  });
  const closed = {
    ...marker,
    ...(state === undefined ? {} : { state }),
    tally: fold.tally(),
    parts: marker.parts.map(hashed),
    files: (marker.files ?? []).map(hashed),
  };
  run.set('_FAILED', JSON.stringify(closed));
}

/** Has the marker name a file as it is now. */
export function vouch(run: CopiedRun, name: string): void {
  const marker = JSON.parse(run.text('_FAILED')) as Marker;
  const sha256 = createHash('sha256').update(run.bytes(name)).digest('hex');
  const files = marker.files?.map((file) => (file.key.endsWith(`/${name}`) ? { ...file, sha256 } : file));
  run.set('_FAILED', JSON.stringify({ ...marker, files }));
}

/** Gives an item's first attempt another charge, in the record and in all that is made of it. */
export function charge(
  run: CopiedRun,
  name: string,
  change: (amount: string | null) => ItemRecord['attempts'][number]['charge'],
): void {
  edit(run, name, (record) => {
    const [first, ...rest] = record.attempts;
    if (first === undefined) throw new Error(`${name} has no attempt`);
    const own = change(first.charge.amount);
    const isKnown = own.certainty !== 'unknown';
    const cost = {
      settled: isKnown ? (own.amount ?? '0') : '0',
      unknown: isKnown ? { count: 0, atMost: '0' } : { count: 1, atMost: own.amount },
    };
    return { ...record, attempts: [{ ...first, charge: own }, ...rest], cost };
  });
  closeAgain(run);
}

/** An answer to the plain item that came after the end. */
export function late(run: CopiedRun, changes: object = {}): void {
  const record = JSON.parse(run.text(plain)) as ItemRecord;
  const attempts = record.attempts.map((attempt) => ({ ...attempt, attempt: attempt.attempt + 1 }));
  const name = 'late/0000001-plain.record.json';
  run.set(name, JSON.stringify({ ...record, attempts, ...changes }));
  run.date(name, new Date(60_000));
}

/** A record that was written while the run was closed without it, and of which there is a copy with what came late. */
export function overtaken(run: CopiedRun): void {
  const { number, id, kind, model } = JSON.parse(run.text(plain)) as ItemRecord;
  const { maximum } = JSON.parse(run.text(page(run)).split('\n')[0] ?? '') as { readonly maximum: string };
  const hole = {
    attempt: 1,
    code: 'lost-worker',
    charge: { amount: maximum, certainty: 'unknown' as const },
  };
  const left = { attempts: [hole], cost: costOf([hole]) };
  const line = { number, id, kind, model, status: 'cancelled' as const, ...left };
  const [, ...others] = run.text(part).split('\n');
  run.set(part, [JSON.stringify(line), ...others].join('\n'));
  run.set(`${folder}0000001-plain.attempts.json`, JSON.stringify(left));
  closeAgain(run, {}, 'stopped');
  const copy = 'late/0000001-plain.record.json';
  run.set(copy, run.text(plain));
  for (const name of [plain, copy]) run.date(name, new Date(60_000));
}

/** An answer that came late to an attempt that had left a hole, whose charge was settled before. */
export function lateAfterCorrection(run: CopiedRun): void {
  edit(run, plain, ({ attempts, ...record }) => ({
    ...record,
    attempts: attempts.map(({ at: _at, ...attempt }) => attempt),
  }));
  correct(run);
  late(run);
  edit(run, 'late/0000001-plain.record.json', ({ attempts, ...record }) => {
    const brought = attempts.map((attempt) => ({
      ...attempt,
      attempt: 1,
      at: new Date().toISOString(),
      charge: { amount: '0.00001', certainty: 'exact' as const },
    }));
    return { ...record, attempts: brought, cost: costOf(brought) };
  });
}

/** A correction of the plain item's charge, once it is unknown. */
export function correct(
  run: CopiedRun,
  changes: { readonly attempt?: number; readonly now?: string } = {},
): void {
  charge(run, plain, (amount) => ({ amount, certainty: 'unknown' }));
  const { runId, attempts } = JSON.parse(run.text(plain)) as ItemRecord;
  const { attempt = 1, now = attempts[0]?.charge.amount ?? '0' } = changes;
  const settled = [
    { number: 1, id: 'plain', attempt, was: attempts[0]?.charge, now: { amount: now, certainty: 'exact' } },
  ];
  const at = new Date().toISOString();
  run.set('corrections/00001.json', JSON.stringify({ version: 1, runId, at, source: 'usage', settled }));
}
