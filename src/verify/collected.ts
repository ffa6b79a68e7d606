import { isDeepStrictEqual } from 'node:util';

import type { ItemCost } from '../records/record.ts';
import type { Collected, Marker } from '../records/run-store.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { addSums, costOf, noSum, sumOfAttempts, sumOfCost, wordsOf, type Sum } from './check-attempts.ts';
import { shown, type Findings } from './findings.ts';
import { hashOf, linesOf, type RunReader } from './reading.ts';

/** What is left of a run whose results were collected, and how much is still to go. */
export interface CollectedRun extends Pick<Collected, 'at' | 'kept'> {
  /** Objects that gc was to delete, and has not: it was interrupted. */
  readonly leftOver: number;
}

/** What was found of such a run. */
export interface CollectedCheck {
  readonly collected: CollectedRun;
  readonly objects: number;
  readonly bytes: number;
  readonly cost: ItemCost;
}

const LEFT =
  /^(job\.json|begun\.json|plan\/plan\.json|report\.(json|md)|bill(-rows)?\.jsonl|_SUCCESS|_FAILED|(corrections|changes)\/.*)$/;

/** Checks what is left of a run whose results were collected: that its bill and report are those that it closed with. */
export async function checkCollected(
  store: ObjectStore,
  reader: RunReader,
  findings: Findings,
  { marker, markerName }: { readonly marker: Marker; readonly markerName: string },
  { at, kept, rows }: Collected,
): Promise<CollectedCheck> {
  let objects = 0;
  let bytes = 0;
  let leftOver = 0;
  for await (const object of store.list(reader.root)) {
    objects += 1;
    bytes += object.bytes;
    if (kept === 'nothing' || !LEFT.test(object.key.slice(reader.root.length))) leftOver += 1;
  }
  const collected = { at, kept, leftOver };
  if (kept === 'nothing') return { collected, objects, bytes, cost: costOf(noSum) };
  const read = async (name: string, sha256: string | undefined): Promise<Uint8Array | undefined> => {
    const body = await reader.bytes(name);
    if (body !== undefined && sha256 !== undefined && hashOf(body) !== sha256)
      findings.add('file-changed', name, `sha256 ${sha256}`, `sha256 ${hashOf(body)}`);
    return body;
  };
  for (const { key, sha256 } of marker.files ?? []) {
    const name = key.slice(reader.root.length);
    if (key.startsWith(reader.root) && LEFT.test(name) && name !== 'bill.jsonl') await read(name, sha256);
  }
  const own = marker.files?.find(({ key }) => key === `${reader.root}bill.jsonl`)?.sha256;
  const bill = sumOfRows(findings, 'bill.jsonl', await read('bill.jsonl', own));
  const told = sumOfCost(marker.tally);
  if (bill !== undefined && told !== undefined && !isDeepStrictEqual(bill, told))
    findings.add('marker-differs', markerName, wordsOf(bill), wordsOf(told));
  const now = sumOfRows(findings, 'bill-rows.jsonl', await read('bill-rows.jsonl', rows));
  return { collected, objects, bytes, cost: costOf(now ?? noSum) };
}

function sumOfRows(findings: Findings, name: string, body: Uint8Array | undefined): Sum | undefined {
  if (body === undefined) return undefined;
  let sum: Sum = noSum;
  for (const line of linesOf(body)) {
    const { amount, certainty } = line ?? {};
    const own = sumOfAttempts([{ charge: { amount, certainty } } as never]);
    if (own === undefined) {
      findings.add('bill-differs', name, 'an attempt and its charge a line', shown(line));
      return undefined;
    }
    sum = addSums(sum, own);
  }
  return sum;
}
