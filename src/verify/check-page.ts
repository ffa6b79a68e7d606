import { isDeepStrictEqual } from 'node:util';

import type { Plan, PlannedItem } from '../plan/plan.ts';
import type { Marker } from '../records/run-store.ts';
import type { CancelledItem, ResultLine } from '../report/result-line.ts';
import { checkAttempts, costOf, noSum } from './check-attempts.ts';
import { checkFold, checkSteps, sumOfChain } from './check-chain.ts';
import { artifactsIn, checkDigests, checkRecord, paidOf, type NamedArtifact } from './check-item.ts';
import { firstDifference, type Findings } from './findings.ts';
import { isMissing } from './fold.ts';
import { ownOf, readItem, sizeOf, type Left, type PageObject } from './item-left.ts';
import { namesApart, type LateAnswer } from './late.ts';
import { hashOf, inBatches, isObjects, linesOf, lookInto, type RunReader } from './reading.ts';

/** What a page is checked with. */
export interface PageContext {
  readonly reader: RunReader;
  readonly findings: Findings;
  readonly plan: Plan;
  readonly marker: Marker | undefined;
  /** What came late, by the numbers of the items. */
  readonly late: ReadonlyMap<number, readonly LateAnswer[]>;
  /** Hears how each item stands, in the order of the plan; `undefined` of one that has no end yet. */
  readonly take: (item: PlannedItem, line: ResultLine | undefined) => void;
}

const five = (page: number): string => String(page).padStart(5, '0');

/** Name of a page's file of the plan, below the run's folder. */
export function pageName({ digest }: Plan, page: number): string {
  return `plan/${digest}/page-${five(page)}.jsonl`;
}

/**
 * Checks the items of one page: what they have left, and their lines in the results.
 *
 * @param body - the page's file of the plan
 */
export async function checkPage(
  context: PageContext,
  page: number,
  body: Uint8Array,
  objects: readonly PageObject[],
): Promise<void> {
  const { findings, plan } = context;
  const folder = `items/${five(page)}/`;
  const items = linesOf(body).filter((line): line is PlannedItem & Record<string, unknown> => {
    const isItem =
      typeof line?.['number'] === 'number' &&
      typeof line['id'] === 'string' &&
      (line['steps'] === undefined || isObjects(line['steps']));
    if (!isItem) findings.add('object-unreadable', pageName(plan, page), 'an item a line', 'another one');
    return isItem;
  });
  const byNumber = new Map<number, PageObject[]>();
  for (const object of objects) byNumber.set(object.number, [...(byNumber.get(object.number) ?? []), object]);
  const results = context.marker === undefined ? undefined : await readResults(context, page);
  for (const [number, late] of results === undefined ? [] : context.late) {
    const apart = namesApart(late, results?.lines.get(number)?.[0]);
    const own = byNumber.get(number)?.filter(({ name }) => !apart.has(name));
    if (own !== undefined) byNumber.set(number, own);
  }
  const left: Left[] = [];
  await inBatches(
    items,
    ({ number }) => sizeOf(byNumber.get(number) ?? []),
    async (item) =>
      void left.push(await readItem(context.reader, folder, item, byNumber.get(item.number) ?? [])),
  );
  left.sort(
    (one, other) =>
      items.indexOf(one.item as (typeof items)[number]) - items.indexOf(other.item as (typeof items)[number]),
  );
  const named = new Map<string, NamedArtifact>();
  for (const one of left) {
    const own = `${folder}${one.names.record ?? one.item.id}`;
    const look = (work: () => void): boolean => lookInto(findings, own, work);
    lookInto(findings, pageName(plan, page), () =>
      checkDigests(findings, pageName(plan, page), plan, one.item),
    );
    const isWhole = look(() => checkLeft(context, folder, one));
    let line: ResultLine | undefined;
    look(() => {
      line = settle(context, folder, one, results);
      context.take(one.item, line);
    });
    if (isWhole) look(() => checkNames(context, folder, one, line, named));
  }
  const planned = new Set(items.map(({ number }) => number));
  for (const { name, number } of objects) {
    if (!planned.has(number))
      findings.add('object-unasked', `${folder}${name}`, 'no such item in this page', 'an object');
  }
  for (const number of results?.lines.keys() ?? []) {
    if (!planned.has(number)) {
      findings.add(
        'result-differs',
        results?.object ?? '',
        'no item of this number in the page',
        `a line of ${number}`,
      );
    }
  }
  await checkArtifacts(context, folder, objects, [...named.values()]);
}

function checkLeft(
  { findings, plan }: PageContext,
  folder: string,
  { item, names, record, kept, chain }: Left,
): void {
  const object = `${folder}${names.record ?? ''}`;
  if (names.record !== undefined && record === undefined) {
    findings.add('object-unreadable', object, 'the record of an item', 'something else');
  }
  if (record !== undefined) checkRecord(findings, object, plan, item, record);
  const tried = `${folder}${names.attempts.get('') ?? ''}`;
  if (!('steps' in item)) {
    if (kept !== undefined) checkAttempts(findings, tried, plan, kept, paidOf(item));
    return;
  }
  checkSteps(findings, plan, item, chain);
  if (record !== undefined) checkFold(findings, { object, own: ownOf(folder, item) }, item, chain, record);
}

interface Results {
  readonly object: string;
  /** Whether it is what the marker names. */
  readonly isSealed: boolean;
  readonly lines: Map<number, ResultLine[]>;
}

async function readResults(
  { reader, findings, marker }: PageContext,
  page: number,
): Promise<Results | undefined> {
  const object = `results/part-${five(page)}.jsonl`;
  const body = await reader.bytes(object);
  if (body === undefined) return undefined;
  const sealed = marker?.parts.find(({ key }) => key === `${reader.root}${object}`);
  const isSealed = sealed?.sha256 === hashOf(body);
  if (sealed !== undefined && !isSealed)
    findings.add('file-changed', object, `sha256 ${sealed.sha256}`, hashOf(body));
  const lines = new Map<number, ResultLine[]>();
  const all = linesOf(body);
  for (const line of all as readonly (ResultLine | undefined)[]) {
    if (line === undefined || !isObjects(line.attempts)) {
      findings.add('result-differs', object, 'a line of an item', 'one that cannot be read');
    } else lines.set(line.number, [...(lines.get(line.number) ?? []), line]);
  }
  if (isSealed && sealed.items !== all.length) {
    findings.add('marker-differs', 'marker', `${all.length} items in ${object}`, String(sealed.items));
  }
  return { object, isSealed, lines };
}

// What counts is what the marker vouches for, so that one object that was changed is named and not all that it is in.
function settle(
  { findings, reader, marker }: PageContext,
  folder: string,
  left: Left,
  results: Results | undefined,
): ResultLine | undefined {
  const { item, names, record } = left;
  const recordName = `${ownOf(folder, item)}record.json`;
  const whole = record && { ...record, key: `${reader.root}${recordName}` };
  if (marker === undefined) return whole;
  const found = results?.lines.get(item.number) ?? [];
  const [line] = found;
  if (results !== undefined && found.length !== 1) {
    const code = found.length === 0 ? 'result-missing' : 'result-doubled';
    findings.add(code, results.object, `one line of item ${item.number}`, String(found.length));
  }
  const isSealed = results?.isSealed === true && line !== undefined;
  const expected = whole ?? missing(left, marker.state === 'expired' ? 'expired' : 'cancelled');
  if (line !== undefined && results !== undefined && !isDeepStrictEqual(withKey(line, expected), expected)) {
    // Its absence, or its damage, is what is wrong.
    if (record === undefined && !isMissing(line)) {
      if (names.record === undefined)
        findings.add('object-missing', recordName, 'a record, as the results say', 'none');
    } else {
      const { expected: wanted, found: other } = isSealed
        ? firstDifference(withKey(line, expected), expected)
        : firstDifference(expected, withKey(line, expected));
      const told = record === undefined ? (names.attempts.values().next().value ?? '') : names.record;
      findings.add(
        isSealed ? 'record-changed' : 'result-differs',
        isSealed ? `${folder}${told ?? ''}` : results.object,
        isSealed ? wanted : `item ${item.number}: ${wanted}`,
        other,
      );
    }
  }
  const truth = isSealed ? line : (whole ?? line ?? expected);
  if (isMissing(truth) && truth === line && 'steps' in item) {
    checkFold(findings, { object: results?.object ?? '', own: ownOf(folder, item) }, item, left.chain, truth);
  }
  const mayLack = ['stopped', 'expired', 'failed'].includes(marker.state);
  if (isMissing(truth) && !mayLack) {
    findings.add('item-missing', recordName, `a record, since the run has ended as ${marker.state}`, 'none');
  }
  return truth;
}

// Lines of earlier versions do not name their record; the calls of an item without one are looked at by themselves.
function withKey(line: ResultLine, expected: ResultLine): ResultLine {
  if (isMissing(line)) {
    const { steps: _steps, ...rest } = line;
    return rest;
  }
  return 'key' in line || !('key' in expected) ? line : Object.assign({ key: expected.key }, line);
}

function missing({ item, kept, chain }: Left, status: CancelledItem['status']): CancelledItem {
  const last = 'steps' in item ? item.steps.at(-1) : item;
  const base = {
    number: item.number,
    id: item.id,
    ...(item.customId === undefined ? {} : { customId: item.customId }),
    ...(item.vars === undefined ? {} : { vars: item.vars }),
    kind: last?.kind ?? 'text',
    model: last?.model ?? '',
    status,
  };
  if (!('steps' in item)) {
    return { ...base, attempts: kept?.attempts ?? [], cost: kept?.cost ?? costOf(noSum) };
  }
  const { attempts, cost, throttled } = sumOfChain(item, chain);
  return { ...base, attempts, cost, ...(throttled === 0 ? {} : { throttled }) };
}

// What no record and no line names, nobody has asked for.
function checkNames(
  { findings, reader, marker }: PageContext,
  folder: string,
  { item, names, record, chain }: Left,
  line: ResultLine | undefined,
  named: Map<string, NamedArtifact>,
): void {
  const own = `${reader.root}${ownOf(folder, item)}`;
  const records = [
    record,
    line === undefined || isMissing(line) ? undefined : line,
    ...chain.records.map((one) => one.record),
  ];
  for (const one of records.flatMap((found) => (found === undefined ? [] : artifactsIn(found)))) {
    const { key } = one.artifact;
    if (!one.isReused && !key.startsWith(own)) {
      findings.add(
        'record-wrong',
        `${folder}${names.record ?? ''}`,
        `an artifact of item ${item.number}`,
        key,
      );
    }
    named.set(key, one);
  }
  // While a run goes on, the record of an artifact may be on its way.
  const mayLack = marker === undefined && record === undefined;
  for (const name of [...names.strange, ...(mayLack ? [] : names.artifacts)]) {
    if (named.has(`${reader.root}${folder}${name}`)) continue;
    findings.add('object-unasked', `${folder}${name}`, 'an object that a record names', 'one that none does');
  }
}

async function checkArtifacts(
  { findings, reader }: PageContext,
  folder: string,
  objects: readonly PageObject[],
  named: readonly NamedArtifact[],
): Promise<void> {
  const here = `${reader.root}${folder}`;
  const sizes = new Map(objects.map(({ name, bytes }) => [name, bytes]));
  await inBatches(
    named,
    ({ artifact }) => artifact.bytes,
    async ({ artifact: { key, bytes, sha256 }, isReused }) => {
      const name = key.startsWith(here) ? key.slice(here.length) : undefined;
      if (name === undefined && !isReused) return;
      if (name !== undefined && !sizes.has(name)) {
        findings.add('object-missing', `${folder}${name}`, `${bytes} bytes with sha256 ${sha256}`, 'none');
        return;
      }
      const object = name === undefined ? key : `${folder}${name}`;
      const body = await (name === undefined ? reader.anywhere(key) : reader.bytes(object));
      if (body === undefined) return;
      const found = hashOf(body);
      if (found === sha256 && body.byteLength === bytes) return;
      findings.add(
        'object-damaged',
        object,
        `${bytes} bytes with sha256 ${sha256}`,
        `${body.byteLength} bytes with sha256 ${found}`,
      );
    },
  );
}
