import { sha256 } from '../plan/digest.ts';
import type { Plan, PlannedCall } from '../plan/plan.ts';
import { workDigest } from '../plan/work-digest.ts';
import { settleOvertaken } from '../pollen/settle.ts';
import type { Usage } from '../pollen/usage.ts';
import type { LateAttempts } from '../records/late.ts';
import { costOf } from '../records/tally.ts';
import type {
  Artifact,
  AttemptRecord,
  FailedRecord,
  ItemCost,
  ItemRecord,
  KeptAttempts,
  StepRecord,
  SucceededRecord,
} from '../records/record.ts';
import type { CallPart } from '../storage/keys.ts';
import type { AttemptHistory, AttemptNote } from './attempt-history.ts';
import { chargeAttempts, type CostContext } from './cost.ts';

/** Code of an attempt whose answer is not the one that counts. */
export const DUPLICATE = 'duplicate';

/** A call with its bytes: an item's only one, or one of a chain. */
export interface ResolvedCall {
  readonly plan: Plan;
  readonly call: PlannedCall;
  /** Which call of its item it is, where the item has several. */
  readonly part?: CallPart;
}

/** What a record keeps of an answer besides its content. */
export interface AnswerFacts {
  readonly note: AttemptNote;
  readonly usage: Usage;
  readonly modelUsed?: string;
  readonly finishReason?: string;
  readonly doubt?: string;
  /** Set when the text is the JSON that was asked for. */
  readonly json?: true;
  /** Lengths of the lists that later steps go over. */
  readonly lists?: StepRecord['lists'];
}

/** Where an answer's content is: in the record itself, or in an object of its own. */
export type Content = { readonly text: string; readonly message?: unknown } | { readonly artifact: Artifact };

/** The record of an item that succeeded. */
export function succeededRecord(
  item: ResolvedCall,
  history: AttemptHistory,
  facts: AnswerFacts,
  content: Content,
  now: Date,
): SucceededRecord {
  const notes = [...history.notes, facts.note].sort((left, right) => left.attempt - right.attempt);
  return {
    ...baseOf(item, history, notes, now),
    status: 'succeeded',
    ...content,
    sha256: 'artifact' in content ? content.artifact.sha256 : sha256(content.text),
    bytes: 'artifact' in content ? content.artifact.bytes : Buffer.byteLength(content.text),
    usage: facts.usage,
    ...(facts.modelUsed === undefined ? {} : { modelUsed: facts.modelUsed }),
    ...(facts.finishReason === undefined ? {} : { finishReason: facts.finishReason }),
    ...(facts.doubt === undefined ? {} : { doubt: facts.doubt }),
    ...(facts.json === undefined ? {} : { json: facts.json }),
    ...(facts.lists === undefined ? {} : { lists: facts.lists }),
  };
}

/** The record of an item that failed; the failed attempt is in the history already. */
export function failedRecord(
  item: ResolvedCall,
  history: AttemptHistory,
  fault: FailedRecord['fault'],
  answer: string | undefined,
  now: Date,
): FailedRecord {
  return {
    ...baseOf(item, history, history.notes, now),
    status: 'failed',
    fault,
    ...(answer === undefined ? {} : { answer }),
  };
}

/** What attempts may have cost, for an item that has no record yet. */
export function keptAttempts(item: ResolvedCall, notes: readonly AttemptNote[]): KeptAttempts {
  const { part } = item;
  return { ...chargeAttempts(notes, costContextOf(item)), ...(part === undefined ? {} : { part }) };
}

/** What an attempt came to whose item has its result, or its end, from another one: `counted`. */
export function overtakenAttempt(
  item: ResolvedCall,
  history: AttemptHistory,
  note: AttemptNote,
  counted: ItemRecord,
): LateAttempts | undefined {
  if (note.effect.kind !== 'answered') return undefined;
  const { plan, call, part } = item;
  const earlier = history.notes.filter(({ attempt }) => attempt < note.attempt);
  const own = chargeAttempts([...earlier, { ...note, code: DUPLICATE }], costContextOf(item)).attempts.at(-1);
  if (own === undefined) return undefined;
  const results = counted.attempts.flatMap(({ cache: told, charge }) =>
    told === undefined ? [] : [{ cache: told, charge }],
  );
  const { cache } = note.effect;
  const charge = settleOvertaken({ mode: plan.api.cacheMode, own: own.charge, cache, results });
  return {
    version: 1,
    runId: plan.runId,
    number: call.number,
    id: call.id,
    ...(part === undefined ? {} : { part }),
    kind: call.kind,
    model: call.model,
    attempts: [{ ...own, charge }],
    cost: costOf([{ charge }]),
  };
}

/** What an item has cost with what came beside its record: what is known of an attempt takes the place of the hole that stood for it. */
export function costBeside(listed: readonly AttemptRecord[], beside: readonly AttemptRecord[]): ItemCost {
  const isTold = ({ at, attempt }: AttemptRecord): boolean =>
    at === undefined && beside.some((one) => one.attempt === attempt);
  return costOf([...listed.filter((one) => !isTold(one)), ...beside]);
}

function costContextOf({ plan, call }: ResolvedCall): CostContext {
  return { cacheMode: plan.api.cacheMode, maximum: call.maximum, shared: call.shared === true };
}

function baseOf(item: ResolvedCall, history: AttemptHistory, notes: readonly AttemptNote[], now: Date) {
  const { plan, call, part } = item;
  return {
    version: 1 as const,
    runId: plan.runId,
    number: call.number,
    id: call.id,
    ...(call.customId === undefined ? {} : { customId: call.customId }),
    ...(call.vars === undefined ? {} : { vars: call.vars }),
    ...(part === undefined ? {} : { part }),
    kind: call.kind,
    model: call.model,
    ...(call.seed === undefined ? {} : { seed: call.seed }),
    digest: call.digest,
    ...(part !== undefined || call.expect === undefined ? {} : { work: workDigest(call) }),
    ...chargeAttempts(notes, costContextOf(item)),
    throttled: history.throttled,
    at: now.toISOString(),
  };
}
