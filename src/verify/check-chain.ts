import { isDeepStrictEqual } from 'node:util';

import type { Plan, PlannedCall, PlannedChain } from '../plan/plan.ts';
import type { AttemptRecord, KeptAttempts, StepRecord, StepResult } from '../records/record.ts';
import { addSums, checkAttempts, costOf, noSum, sumOfCost, type Paid } from './check-attempts.ts';
import { checkContent, digestOf, paidOf } from './check-item.ts';
import { firstDifference, shown, type Findings } from './findings.ts';
import { partOf } from './places.ts';
import { hashOf } from './reading.ts';

/** What the calls of an item have left, each with the name of its object. */
export interface ChainLeft {
  readonly records: readonly { readonly object: string; readonly record: StepRecord }[];
  readonly kept: readonly { readonly object: string; readonly kept: KeptAttempts }[];
  /** Requests that were fixed before they were sent, by the name of their call. */
  readonly requests: ReadonlyMap<
    string,
    { readonly object: string; readonly request: PlannedCall['request'] }
  >;
}

/** What an item of several calls comes to. */
export interface ChainSum {
  readonly steps: readonly Pick<StepResult, 'step' | 'status' | 'cost' | 'attempts' | 'throttled'>[];
  readonly attempts: readonly AttemptRecord[];
  readonly cost: KeptAttempts['cost'];
  readonly throttled: number;
}

/** Adds up what the calls of an item have left, in the order of its steps. */
export function sumOfChain(item: PlannedChain, { records, kept }: ChainLeft): ChainSum {
  const has = new Set(records.map(({ record }) => partOf(record.part)));
  const position = (step: string): number => item.steps.findIndex(({ id }) => id === step);
  const calls = [
    ...records.map(({ record }) => ({ ...record, status: record.status as StepResult['status'] })),
    ...kept.flatMap(({ kept: { part, cost, attempts } }) => {
      const step = item.steps[position(part?.step ?? '')];
      if (part === undefined || step === undefined || has.has(partOf(part))) return [];
      return [{ part, cost, attempts, status: 'cancelled' as const, throttled: 0, model: step.model }];
    }),
  ].sort(
    ({ part: left }, { part: right }) =>
      position(left.step) - position(right.step) ||
      (left.index ?? 0) - (right.index ?? 0) ||
      (left.repair ?? 0) - (right.repair ?? 0),
  );
  const sum = calls.reduce((total, { cost }) => addSums(total, sumOfCost(cost) ?? noSum), noSum);
  return {
    steps: calls.map(({ part, status, cost, attempts, throttled, ...call }) => ({
      ...part,
      status,
      model: call.model,
      ...('sha256' in call ? { sha256: call.sha256, bytes: call.bytes } : {}),
      ...('digest' in call ? { digest: call.digest } : {}),
      cost,
      attempts: attempts.length,
      throttled,
    })),
    attempts: calls.flatMap(({ part, model, attempts }) =>
      attempts.map((attempt) => ({ ...attempt, ...part, model })),
    ),
    cost: costOf(sum),
    throttled: calls.reduce((total, { throttled }) => total + throttled, 0),
  };
}

/** Checks the records of an item's calls, each by itself. */
export function checkSteps(findings: Findings, plan: Plan, item: PlannedChain, left: ChainLeft): void {
  for (const { object, record } of left.records) {
    const { part, number, id, runId } = record;
    const step = item.steps.find((one) => one.id === part.step);
    const planned = {
      runId: plan.runId,
      number: item.number,
      id: item.id,
      model: step?.model,
      kind: step?.kind,
    };
    const found = { runId, number, id, model: record.model, kind: record.kind };
    if (!isDeepStrictEqual(found, planned)) {
      const { expected, found: other } = firstDifference(planned, found);
      findings.add('record-wrong', object, expected, other);
    }
    checkContent(findings, object, record);
    const isPlain = part.index === undefined && part.repair === undefined;
    const kept = left.requests.get(partOf(part));
    const request = isPlain && step !== undefined && 'request' in step ? step.request : kept?.request;
    const digest = request && digestOf(plan.api, request);
    if (digest !== undefined && digest !== record.digest) {
      findings.add('digest-wrong', kept?.object ?? object, `a request of sha256 ${record.digest}`, digest);
    }
    const answer = record.status === 'succeeded' ? { usage: record.usage } : {};
    checkAttempts(findings, object, plan, record, step && { ...paidOfPart(step, part), ...answer });
  }
  for (const { object, kept } of left.kept) {
    const step = item.steps.find((one) => one.id === kept.part?.step);
    checkAttempts(findings, object, plan, kept, step && paidOfPart(step, kept.part));
  }
}

// An element of a fixed request is sent with a seed of its own, which may be longer, and cost more.
function paidOfPart(step: PlannedChain['steps'][number], part: KeptAttempts['part']): Paid {
  const paid = paidOf(step);
  return 'request' in step && part?.index !== undefined ? { ...paid, maximum: null } : paid;
}

/** What is told of an item that has made its calls itself. */
interface Told extends Partial<Omit<ChainSum, 'steps'>> {
  readonly status: string;
  readonly sha256?: string;
  readonly reused?: unknown;
  readonly steps?: readonly StepResult[];
}

/**
 * Checks that an item is what its calls come to; one that was taken over has made none.
 *
 * @param object - name of what tells it
 * @param own - how the names of the item's objects begin
 */
export function checkFold(
  findings: Findings,
  { object, own }: { readonly object: string; readonly own: string },
  item: PlannedChain,
  left: ChainLeft,
  told: Told,
): void {
  if (told.reused !== undefined) return;
  const expected = plain(sumOfChain(item, left));
  const steps = new Map(expected.steps.map((step) => [partOf(step), step]));
  const objects = new Map(left.records.map((one) => [partOf(one.record.part), one.object]));
  let isSame = true;
  for (const step of told.steps ?? []) {
    const part = partOf(step);
    const call = steps.get(part);
    steps.delete(part);
    const found = call && only(step, call);
    if (call !== undefined && isDeepStrictEqual(found, call)) continue;
    isSame = false;
    const { expected: wanted, found: other } = firstDifference(found, call);
    if (call !== undefined) findings.add('steps-wrong', objects.get(part) ?? object, wanted, other);
    else findings.add('object-missing', `${own}${part}.step.json`, `a record, as ${object} says`, 'none');
  }
  for (const part of steps.keys()) {
    isSame = false;
    findings.add(
      'steps-wrong',
      objects.get(part) ?? object,
      `a call that ${object} tells`,
      'one that it does not',
    );
  }
  const { steps: _steps, ...sum } = expected;
  const { attempts = [], cost, throttled = 0 } = told;
  if (isSame && !isDeepStrictEqual({ attempts, cost, throttled }, sum)) {
    const difference = firstDifference(sum, { attempts, cost, throttled });
    findings.add('steps-wrong', object, difference.expected, difference.found);
  }
  if (isSame && told.status === 'succeeded') checkResult(findings, object, item, left, told.sha256);
}

// What the last step answered is what the item answers; a step over a list answers with the list of its answers.
function checkResult(
  findings: Findings,
  object: string,
  item: PlannedChain,
  { records }: ChainLeft,
  sha256: string | undefined,
): void {
  const last = item.steps.at(-1);
  const answers = records
    .map(({ record }) => record)
    .filter((record) => record.part.step === last?.id && record.status === 'succeeded')
    .sort((left, right) => (left.part.index ?? 0) - (right.part.index ?? 0));
  const [only] = answers;
  const hashes = answers.map((answer) => ('sha256' in answer ? answer.sha256 : ''));
  const expected = last?.forEach === undefined ? hashes[0] : hashOf(`[${answers.map(entryOf).join(',')}]`);
  if (only === undefined && last?.forEach === undefined) {
    findings.add('steps-wrong', object, `an answer of step ${last?.id ?? ''}`, 'none');
  } else if (expected !== sha256) {
    findings.add(
      'steps-wrong',
      object,
      `the answer of step ${last?.id ?? ''}, sha256 ${expected}`,
      shown(sha256),
    );
  }
}

function entryOf(record: StepRecord): string {
  if (record.status !== 'succeeded') return 'null';
  const { artifact, text, json } = record;
  if (artifact !== undefined) return JSON.stringify(artifact.key.slice(artifact.key.lastIndexOf('/') + 1));
  return text === undefined ? 'null' : json === true ? text : JSON.stringify(text);
}

function only<Value extends object>(value: Value, like: object | undefined): Partial<Value> {
  const names = new Set(Object.keys(like ?? value));
  return Object.fromEntries(Object.entries(value).filter(([name]) => names.has(name))) as Partial<Value>;
}

// As it comes back from JSON: without members that are not there.
function plain<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}
