import { isDeepStrictEqual } from 'node:util';

import type { Plan, PlannedItem, PlannedCall, PlannedStep } from '../plan/plan.ts';
import type { Artifact, ItemRecord } from '../records/record.ts';
import { checkAttempts, type Paid } from './check-attempts.ts';
import { shown, type Findings } from './findings.ts';
import { hashOf } from './reading.ts';

/** An artifact that something names, and what names it. */
export interface NamedArtifact {
  readonly artifact: Artifact;
  /** Whether it may be another run's, whose result was taken over. */
  readonly isReused: boolean;
}

/** sha256 over an API and a request, as digests name it. */
export function digestOf(api: Plan['api'], { method, path, body }: PlannedCall['request']): string {
  return hashOf(JSON.stringify([api.id, api.dialect, method, path, body ?? null]));
}

/** Checks that a plan names its requests by their digests. */
export function checkDigests(findings: Findings, page: string, plan: Plan, item: PlannedItem): void {
  for (const call of 'steps' in item ? item.steps : [item]) {
    if (!isFixed(call)) continue;
    const digest = digestOf(plan.api, call.request);
    if (digest !== call.digest) {
      findings.add('digest-wrong', page, `${digest} for item ${item.number}`, shown(call.digest));
    }
  }
}

function isFixed<Call extends PlannedCall | PlannedStep>(
  call: Call,
): call is Call & Pick<PlannedCall, 'request' | 'digest'> {
  return 'request' in call && typeof call.request === 'object';
}

/** What stands in a record as it stands in the plan. */
function plannedFacts(plan: Plan, item: PlannedItem): Readonly<Record<string, unknown>> {
  const last = 'steps' in item ? item.steps.at(-1) : item;
  return {
    version: 1,
    runId: plan.runId,
    number: item.number,
    id: item.id,
    customId: item.customId,
    vars: item.vars,
    kind: last?.kind,
    model: last?.model,
    digest: item.digest,
  };
}

/** Checks a record against what was planned, its own content and its own money. */
export function checkRecord(
  findings: Findings,
  object: string,
  plan: Plan,
  item: PlannedItem,
  record: ItemRecord,
): void {
  const facts = plannedFacts(plan, item);
  for (const [name, expected] of Object.entries(facts)) {
    const found: unknown = record[name as keyof ItemRecord];
    if (isDeepStrictEqual(found, expected)) continue;
    findings.add('record-wrong', object, `${name} ${shown(expected)}`, shown(found));
  }
  if (record.status !== 'succeeded' && record.status !== 'failed') {
    findings.add('record-wrong', object, 'succeeded or failed', shown((record as ItemRecord).status));
  }
  checkContent(findings, object, record);
  const answer = record.status === 'succeeded' ? { usage: record.usage } : {};
  checkAttempts(findings, object, plan, record, 'steps' in item ? undefined : { ...paidOf(item), ...answer });
  const isFree = record.attempts.length === 0 && record.cost?.settled === '0';
  if (record.reused !== undefined && !isFree) {
    findings.add(
      'charge-wrong',
      object,
      'no attempt and no cost of what an earlier run has paid',
      shown(record.cost),
    );
  }
}

/** What the attempts of a call were made at. */
export function paidOf({ kind, model, shared, maximum }: PlannedCall | PlannedStep): Paid {
  return { kind, model, shared: shared === true, maximum };
}

/** Checks that what a record holds itself is what its sha256 names. */
export function checkContent(
  findings: Findings,
  object: string,
  record: Pick<ItemRecord & { status: 'succeeded' }, 'text' | 'artifact' | 'sha256' | 'bytes'> | ItemRecord,
): void {
  if (!('sha256' in record)) return;
  const { text, artifact, sha256, bytes } = record;
  if (text !== undefined && (hashOf(text) !== sha256 || Buffer.byteLength(text) !== bytes)) {
    findings.add(
      'object-damaged',
      object,
      `a text of ${bytes} bytes with sha256 ${sha256}`,
      `one of ${Buffer.byteLength(text)} with ${hashOf(text)}`,
    );
  }
  if (artifact !== undefined && (artifact.sha256 !== sha256 || artifact.bytes !== bytes)) {
    findings.add('record-wrong', object, `an artifact with sha256 ${sha256}`, shown(artifact));
  }
  if (text === undefined && artifact === undefined) {
    findings.add('record-wrong', object, 'a text or an artifact', 'neither');
  }
}

/** The artifacts that a record names. */
export function artifactsIn(record: {
  readonly artifact?: Artifact;
  readonly steps?: readonly { readonly artifact?: Artifact }[];
  readonly reused?: unknown;
}): readonly NamedArtifact[] {
  return [record, ...(record.steps ?? [])].flatMap(({ artifact }) =>
    artifact === undefined ? [] : [{ artifact, isReused: record.reused !== undefined }],
  );
}
