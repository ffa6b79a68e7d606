import { sha256 } from '../plan/digest.ts';
import type { PlannedChain } from '../plan/plan.ts';
import { USAGE_TYPES, type Usage } from '../pollen/usage.ts';
import { foldChain, succeededOf, type ChainObjects } from '../report/fold-chain.ts';
import { partName, runKeys, type CallPart, type RunLocation } from '../storage/keys.ts';
import type { Artifact, FailedRecord, ItemRecord, StepRecord, SucceededRecord } from '../records/record.ts';
import { INLINE_TEXT_BYTES } from './item-store.ts';

type Succeeded = StepRecord & SucceededRecord;

/** A text that the record of its item names instead of holding it. */
export interface Outgrown {
  readonly artifact: Artifact;
  readonly text: string;
}

/** The record of an item of several calls, and the texts that must be stored before it. */
export interface ChainRecord {
  readonly record: ItemRecord;
  readonly outgrown: readonly Outgrown[];
}

/**
 * The record of an item of several calls, from the records of its calls. It holds 64 KB of texts, as a call's own does:
 * that of the item first, then those of its steps in order. A text that does not fit is an artifact.
 */
export function chainRecord(
  { run, page }: { readonly run: RunLocation; readonly page: number },
  item: PlannedChain,
  objects: ChainObjects,
  now: Date,
): ChainRecord {
  const { number, id, customId, vars, digest } = item;
  const last = lastStep(item);
  const fault = firstFault(item, objects.records);
  if (fault === undefined) checkAllDone(item, objects.records);
  const { fit, outgrown } = createFit((extension, part) =>
    runKeys(run).artifact(page, number, id, extension, part),
  );
  const end =
    fault === undefined ? succeeded(resultOf(item, objects.records)) : { status: 'failed' as const, fault };
  function succeeded({ text, ...result }: Result) {
    return { status: 'succeeded' as const, ...result, ...fit(text, result.json) };
  }
  const { steps, ...folded } = foldChain(item, objects);
  const record: ItemRecord = {
    version: 1 as const,
    runId: run.runId,
    number,
    id,
    ...(customId === undefined ? {} : { customId }),
    ...(vars === undefined ? {} : { vars }),
    kind: last.kind,
    model: last.model,
    ...(last.seed === undefined ? {} : { seed: last.seed }),
    digest,
    steps: steps.map(({ text, ...step }) => ({ ...step, ...fit(text, step.json, step) })),
    ...folded,
    at: now.toISOString(),
    ...end,
  };
  return { record, outgrown };
}

type Content = Pick<SucceededRecord, 'text' | 'artifact'>;

function createFit(keyOf: (extension: string, part?: CallPart) => string) {
  const outgrown: Outgrown[] = [];
  let left = INLINE_TEXT_BYTES;
  function fit(text: string | undefined, json: true | undefined, part?: CallPart): Content {
    if (text === undefined) return {};
    const bytes = Buffer.byteLength(text);
    if (bytes <= left) {
      left -= bytes;
      return { text };
    }
    const [extension, contentType] =
      json === true ? ['json', 'application/json'] : ['txt', 'text/plain; charset=utf-8'];
    const artifact = { key: keyOf(extension, part), bytes, sha256: sha256(text), contentType };
    outgrown.push({ artifact, text });
    return { artifact };
  }
  return { fit, outgrown };
}

// The first in the order of the steps; an answer that was mended is none.
function firstFault(item: PlannedChain, records: readonly StepRecord[]): FailedRecord['fault'] | undefined {
  for (const { id } of item.steps) {
    const good = succeededOf(records, id);
    const failed = records
      .filter((record): record is StepRecord & FailedRecord => record.status === 'failed')
      .filter(({ part }) => part.step === id && !good.some((other) => other.part.index === part.index));
    const worst = failed.toSorted((left, right) => (left.part.repair ?? 0) - (right.part.repair ?? 0)).at(-1);
    if (worst !== undefined) {
      return { ...worst.fault, message: `step ${partName(worst.part)}: ${worst.fault.message}` };
    }
  }
  return undefined;
}

// Only where none has failed: once a step has, those after it in time are not made, wherever they stand.
function checkAllDone(item: PlannedChain, records: readonly StepRecord[]): void {
  for (const { id, forEach } of item.steps) {
    if (succeededOf(records, id).length !== callsOf(item, records, forEach?.step, id)) {
      throw new Error(`step ${id} of item ${item.id} is not done`);
    }
  }
}

function callsOf(
  item: PlannedChain,
  records: readonly StepRecord[],
  source: number | undefined,
  id: string,
): number {
  if (source === undefined) return 1;
  const [list] = succeededOf(records, item.steps[source]?.id ?? '');
  return list?.lists?.[item.steps.findIndex((step) => step.id === id)] ?? 0;
}

type Result = Pick<
  SucceededRecord,
  | 'text'
  | 'json'
  | 'message'
  | 'artifact'
  | 'sha256'
  | 'bytes'
  | 'usage'
  | 'modelUsed'
  | 'finishReason'
  | 'doubt'
>;

// What the last step answered is what the item answers; a step over a list answers with the list of its answers.
function resultOf(item: PlannedChain, records: readonly StepRecord[]): Result {
  const { id, forEach } = lastStep(item);
  const answers = succeededOf(records, id);
  const [only] = answers;
  if (forEach === undefined && only !== undefined) return pickResult(only);
  // Joined and not made anew from values: JSON that is nested deeper than the stack can be read, and not be written.
  const text = `[${answers.map(jsonOf).join(',')}]`;
  return {
    text,
    json: true,
    sha256: sha256(text),
    bytes: Buffer.byteLength(text),
    usage: sumUsage(answers.map(({ usage }) => usage)),
  };
}

// A long text or an image stands in the list by the name of its file.
function jsonOf({ text, json, artifact }: Succeeded): string {
  if (artifact !== undefined) return JSON.stringify(artifact.key.slice(artifact.key.lastIndexOf('/') + 1));
  if (text === undefined) return 'null';
  return json === true ? text : JSON.stringify(text);
}

function pickResult(record: Succeeded): Result {
  const { text, json, message, artifact, modelUsed, finishReason, doubt } = record;
  return {
    ...(text === undefined ? {} : { text }),
    ...(json === undefined ? {} : { json }),
    ...(message === undefined ? {} : { message }),
    ...(artifact === undefined ? {} : { artifact }),
    sha256: record.sha256,
    bytes: record.bytes,
    usage: record.usage,
    ...(modelUsed === undefined ? {} : { modelUsed }),
    ...(finishReason === undefined ? {} : { finishReason }),
    ...(doubt === undefined ? {} : { doubt }),
  };
}

function sumUsage(usages: readonly Usage[]): Usage {
  const sums = USAGE_TYPES.map(
    (type) => [type, usages.reduce((sum, usage) => sum + (usage[type] ?? 0), 0)] as const,
  );
  return Object.fromEntries(sums.filter(([, units]) => units > 0));
}

function lastStep(item: PlannedChain): PlannedChain['steps'][number] {
  const step = item.steps.at(-1);
  if (step === undefined) throw new Error(`item ${item.id} has no steps`);
  return step;
}
