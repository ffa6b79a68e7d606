import { createHash } from 'node:crypto';

import type { Plan, PlannedItem } from '../plan/plan.ts';
import type { Marker } from '../records/run-store.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { shown, type Findings } from './findings.ts';
import { isObjects, type RunReader } from './reading.ts';

type Content = readonly [object: string, content: Readonly<Record<string, unknown>>];

/** What has to be known of a run before its items are looked at. */
export interface Opening {
  readonly marker: Marker | undefined;
  /** Name of its object below the run's folder. */
  readonly markerName: string;
  /** When the store took it. */
  readonly markerAt: Date | undefined;
  readonly corrections: readonly Content[];
  readonly changes: readonly Content[];
}

/** Reads marker, corrections and changes. */
export async function readOpening(
  store: ObjectStore,
  reader: RunReader,
  findings: Findings,
): Promise<Opening> {
  const markers: { readonly name: string; readonly at: Date }[] = [];
  for await (const { key, modified } of store.list(`${reader.root}_`)) {
    const name = key.slice(reader.root.length);
    if (name === '_SUCCESS' || name === '_FAILED') markers.push({ name, at: modified });
  }
  if (markers.length > 1) findings.add('marker-differs', '_FAILED', 'one marker', '_SUCCESS as well');
  const [first] = markers;
  const content = first && (await reader.json(first.name));
  const isMarker = content !== undefined && isWholeMarker(content);
  if (content !== undefined && !isMarker) {
    findings.add('object-unreadable', first?.name ?? '', 'the marker of a run', shown(content));
  }
  const marker = isMarker ? (content as unknown as Marker) : undefined;
  const expected = marker?.state === 'completed' ? '_SUCCESS' : '_FAILED';
  if (first !== undefined && marker !== undefined && first.name !== expected) {
    findings.add(
      'marker-differs',
      first.name,
      `${expected}, as its state ${shown(marker.state)} says`,
      first.name,
    );
  }
  if (first === undefined) await checkUnmarked(store, reader, findings);
  return {
    marker,
    markerName: first?.name ?? '',
    markerAt: first?.at,
    corrections: await readNumbered(store, reader, findings, 'corrections'),
    changes: await readNumbered(store, reader, findings, 'changes'),
  };
}

function isWholeMarker({ parts, files, tally }: Readonly<Record<string, unknown>>): boolean {
  const isTally = typeof tally === 'object' && tally !== null;
  return isTally && isObjects(parts) && (files === undefined || isObjects(files));
}

/** Milliseconds that a run may take from its report to its marker. */
const CLOSING_MS = 10 * 60_000;

// The marker comes right after the files that a run closes with.
async function checkUnmarked(store: ObjectStore, reader: RunReader, findings: Findings): Promise<void> {
  for (const name of ['report.json', 'bill.jsonl']) {
    for await (const { key, modified } of store.list(`${reader.root}${name}`)) {
      if (key !== `${reader.root}${name}` || Date.now() - modified.getTime() < CLOSING_MS) continue;
      const found = `none, and ${name} of ${modified.toISOString()}`;
      findings.add('object-missing', 'marker', '_SUCCESS or _FAILED, since the run has closed', found);
      return;
    }
  }
}

async function readNumbered(
  store: ObjectStore,
  reader: RunReader,
  findings: Findings,
  folder: string,
): Promise<readonly Content[]> {
  const found: Content[] = [];
  for await (const { key } of store.list(`${reader.root}${folder}/`)) {
    const name = key.slice(reader.root.length);
    if (!/^[a-z]+\/\d{5,}\.json$/.test(name)) continue;
    const expected = `${folder}/${String(found.length + 1).padStart(5, '0')}.json`;
    if (name !== expected) findings.add('object-missing', expected, `an object before ${name}`, 'none');
    const content = await reader.json(name);
    if (content !== undefined) found.push([name, content]);
  }
  return found;
}

/**
 * Reads a run's plan; one that cannot be read is said, and one that is not there, unless the run may still be without.
 */
export async function readPlan(
  reader: RunReader,
  findings: Findings,
  runId: string,
  mayLack: boolean,
): Promise<Plan | undefined> {
  const content = await reader.json('plan/plan.json', mayLack);
  if (content === undefined) return undefined;
  const plan = content as unknown as Plan;
  const isPriced = isObjects(plan.prices) && plan.prices.every(({ aliases }) => Array.isArray(aliases));
  if (!isObjects(plan.pages) || !isPriced || !isObjects([plan.api])) {
    findings.add('object-unreadable', 'plan/plan.json', 'the plan of a run', shown(content));
    return undefined;
  }
  if (plan.runId !== runId)
    findings.add('plan-changed', 'plan/plan.json', `the plan of ${runId}`, shown(plan.runId));
  return plan;
}

/** Looks whether the pages of a plan are those that it was made with, and tell each item once. */
export interface PlanCheck {
  page(body: Uint8Array | undefined): void;
  item(item: PlannedItem): void;
  end(): void;
}

/** Checks a plan, page by page. */
export function createPlanCheck(findings: Findings, plan: Plan): PlanCheck {
  const hash = createHash('sha256');
  const numbers = new Set<number>();
  let isWhole = true;
  return {
    page(body) {
      if (body === undefined) isWhole = false;
      else hash.update(body);
    },
    item({ number, id }) {
      if (numbers.has(number))
        findings.add('item-doubled', `item ${number}`, 'one in the plan', `another one, ${id}`);
      numbers.add(number);
    },
    end() {
      if (!isWhole) return;
      const digest = hash.digest('hex').slice(0, 10);
      if (digest !== plan.digest) {
        findings.add('plan-changed', `plan/${plan.digest}/`, `pages of digest ${plan.digest}`, digest);
      }
      if (numbers.size !== plan.items) {
        findings.add(
          'plan-changed',
          'plan/plan.json',
          `${numbers.size} items, as its pages have`,
          String(plan.items),
        );
      }
    },
  };
}
