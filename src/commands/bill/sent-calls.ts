import type { Plan } from '../../plan/plan.ts';
import { parseAmount, type Amount } from '../../pollen/amount.ts';
import { priceOfAnswer } from '../../pollen/charge.ts';
import { findPrice } from '../../pollen/prices.ts';
import type { Usage, UsageType } from '../../pollen/usage.ts';
import { dialects } from '../../pollinations/dialects/index.ts';
import type { BillRow } from '../../report/bill-rows.ts';
import type { KnownCall, UnknownCall } from '../../report/usage-graph.ts';
import { modelOf } from '../../report/usage-graph.ts';
import { toldFrom } from './account-access.ts';
import type { BilledLine, OpenedBill } from './open-bill.ts';

/** The calls of a run that the account may have billed, of the models that have charges which are unknown. */
export interface SentCalls {
  readonly known: readonly KnownCall[];
  readonly unknown: readonly UnknownCall[];
  /** Rows of the bill that the unknown calls are, in their order. */
  readonly rows: readonly BillRow[];
}

/** Clocks differ, and the account may cut its times. */
const SKEW_MS = 60_000;
/** A generation goes on after its caller has gone; none is known to take longer. */
const AFTER_MS = 600_000;
/** Time that a call may have taken which does not say. */
const LONGEST_MS = 600_000;

/**
 * Gathers what may stand among the account's billed calls.
 *
 * @param endedAt - when the run ended, ISO 8601
 */
export async function sentCalls(
  { plan, pages }: Omit<OpenedBill, 'rows'>,
  endedAt: string,
): Promise<SentCalls> {
  const known: KnownCall[] = [];
  const unknown: { readonly call: UnknownCall; readonly row: BillRow }[] = [];
  for await (const lines of pages()) {
    for (const billed of lines) {
      for (const row of billed.rows) {
        const { kind } = row;
        const sent = { kind, model: listedModel(plan, row), ...timeOf(row, billed, plan.createdAt, endedAt) };
        if (row.fate === 'unknown') {
          const units = promptOf(row, billed);
          const atMost = row.amount === null ? undefined : parseAmount(row.amount);
          const name = [row.number, row.step, row.index, row.repair].join('/');
          const isPrice =
            row.code === 'answered' || (atMost !== undefined && atMost === flatPrice(plan, row));
          const prompt = units === undefined ? {} : { promptUnits: units };
          unknown.push({ call: { ...sent, name, atMost, ...prompt, ...(isPrice ? { isPrice } : {}) }, row });
        } else if (row.certainty === 'exact' && row.amount !== null && row.amount !== '0') {
          // A hit tells the charge of an attempt before it, which was billed when that one was sent.
          const from =
            row.cache?.status === 'hit' ? firstOf(row, billed, plan.createdAt, endedAt) : sent.from;
          known.push({ ...sent, from, amount: parseAmount(row.amount) });
        }
      }
    }
  }
  const models = new Set(unknown.map(({ call }) => modelOf(call)));
  return {
    known: known.filter((call) => models.has(modelOf(call))),
    unknown: unknown.map(({ call }) => call),
    rows: unknown.map(({ row }) => row),
  };
}

/**
 * When the account tells of all calls that were sent.
 *
 * @param endedAt - when the run ended, ISO 8601
 */
export function allToldAt({ known, unknown }: SentCalls, endedAt: string, plan: Pick<Plan, 'api'>): Date {
  // The emulator has no backlog, and goes on after its caller has gone for its latency alone, which nobody waits for.
  const calls = plan.api.emulated ? [] : [...known, ...unknown];
  return toldFrom(
    plan,
    calls.reduce((latest, { to }) => Math.max(latest, to), Date.parse(endedAt)),
  );
}

/** The model that a name stands for, as the API lists it. */
export function listedModel({ prices }: Plan, { kind, model }: Pick<BillRow, 'kind' | 'model'>): string {
  return findPrice(prices, kind, model)?.model ?? model;
}

// What an answer costs that tells no usage. One that came bounds its charge by its own price.
function flatPrice({ prices, api }: Plan, { kind, model }: BillRow): Amount | undefined {
  const rates = findPrice(prices, kind, model)?.rates;
  return rates === undefined ? undefined : priceOfAnswer(kind, {}, rates, dialects[api.dialect].rounding);
}

/** Units of a prompt, however much of it was cached. */
export function promptUnits(usage: Usage): number {
  return (Object.keys(usage) as UsageType[])
    .filter((type) => type.startsWith('prompt'))
    .reduce((sum, type) => sum + (usage[type] ?? 0), 0);
}

function timeOf(
  row: BillRow,
  { line, rows }: BilledLine,
  startedAt: string,
  endedAt: string,
): Pick<KnownCall, 'from' | 'to'> {
  const call = rows.filter((other) => isSameCall(other, row));
  const position = call.indexOf(row);
  if (row.at !== undefined) {
    const at = Date.parse(row.at);
    const { latencyMs = LONGEST_MS } =
      line.attempts.find((one) => one.attempt === row.attempt && isSameCall(one, row)) ?? {};
    return { from: at - latencyMs - SKEW_MS, to: at + AFTER_MS };
  }
  // A lost worker took the time along: it was after the attempt before, and before the next one.
  const before = call.slice(0, position).findLast(({ at }) => at !== undefined)?.at ?? startedAt;
  const after = call.slice(position).find(({ at }) => at !== undefined)?.at ?? endedAt;
  return { from: Date.parse(before) - SKEW_MS, to: Date.parse(after) + AFTER_MS };
}

function firstOf(row: BillRow, billed: BilledLine, startedAt: string, endedAt: string): number {
  return billed.rows
    .filter((other) => isSameCall(other, row))
    .reduce((first, other) => Math.min(first, timeOf(other, billed, startedAt, endedAt).from), Infinity);
}

// All attempts of a call send the same prompt, so what one answer has told of it holds for all of them.
function promptOf(row: BillRow, { line }: BilledLine): number | undefined {
  const answered = line.attempts.find((one) => one.usage !== undefined && isSameCall(one, row));
  const own = answered?.usage ?? (line.status === 'succeeded' ? line.usage : {});
  const usage =
    line.steps === undefined ? own : (line.steps.find((step) => isSameCall(step, row))?.usage ?? {});
  return Object.keys(usage).length === 0 ? undefined : promptUnits(usage);
}

function isSameCall(
  left: Partial<Pick<BillRow, 'step' | 'index' | 'repair'>>,
  right: Partial<Pick<BillRow, 'step' | 'index' | 'repair'>>,
): boolean {
  return left.step === right.step && left.index === right.index && left.repair === right.repair;
}
