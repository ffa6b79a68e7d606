import { type Answer, envelope, invalidRequest, json, unauthorized } from './answers.ts';
import type { Era } from './eras.ts';
import type { Exchange } from './exchange.ts';
import type { Journal, JournalEntry } from './journal.ts';
import type { KeySpec } from './keys.ts';
import type { Books } from './meter.ts';
import { formatAmount } from './money.ts';

const defaultRows = 100;
const mostRows = 50_000;
const pageEntries = 1000;

const missingScope = (scope: string): Answer =>
  envelope(403, `This API key does not have the account permission "${scope}".`);

/** The balance: of the key where it has a budget of its own, else of the wallet. */
export function balanceAnswer({ caller }: Exchange, era: Era, books: Books): Answer {
  if (!('key' in caller)) return unauthorized();
  const { key } = caller;
  const mayRead = key.account === true || (era.keysTellBudget && key.budget !== undefined);
  if (!mayRead) return missingScope(era.keysTellBudget ? 'usage' : 'balance');
  return json(200, { balance: Number(formatAmount(books.balance(key))) });
}

function usageRow({
  time,
  model,
  key,
  keyKind,
  usage,
  charge,
  method,
}: JournalEntry): Record<string, unknown> {
  return {
    timestamp: time,
    type: method === 'POST' ? 'generate.text' : 'generate.image',
    model,
    api_key: key ?? null,
    api_key_type: keyKind,
    meter_source: 'pack',
    input_text_tokens: usage?.promptTextTokens ?? 0,
    input_cached_tokens: usage?.promptCachedTokens ?? 0,
    input_audio_tokens: 0,
    input_image_tokens: usage?.promptImageTokens ?? 0,
    output_text_tokens: usage?.completionTextTokens ?? 0,
    output_reasoning_tokens: usage?.completionReasoningTokens ?? 0,
    output_audio_tokens: 0,
    output_image_tokens: usage?.completionImageTokens ?? 0,
    cost_usd: Number(charge),
  };
}

const byTime = (left: JournalEntry, right: JournalEntry): number =>
  left.time < right.time ? 1 : left.time > right.time ? -1 : 0;

// The journal stands in the order of the ends, the rows in that of the beginnings: all of it is looked through.
function latestRows(journal: Journal, limit: number, before: number): readonly unknown[] {
  let latest: JournalEntry[] = [];
  for (let from = 0; from < journal.length(); from += pageEntries) {
    const billed = journal
      .read(from, pageEntries)
      .filter((entry) => entry.generated && entry.charge !== '0' && Date.parse(entry.time) < before);
    latest.push(...billed);
    if (latest.length > 2 * limit) latest = latest.sort(byTime).slice(0, limit);
  }
  return latest.sort(byTime).slice(0, limit).map(usageRow);
}

const mayReadUsage = (key: KeySpec): boolean => key.account === true;

/** The billed calls, newest first: what was generated and cost something. */
export function usageAnswer({ caller, query }: Exchange, journal: Journal): Answer {
  if (!('key' in caller)) return unauthorized();
  if (!mayReadUsage(caller.key)) return missingScope('usage');
  const limit = Number(query.get('limit') ?? defaultRows);
  const before = Date.parse(query.get('before') ?? '9999-12-31');
  if (!Number.isInteger(limit) || limit < 1 || limit > mostRows) {
    return invalidRequest({ limit: [`Expected a whole number from 1 to ${mostRows}`] });
  }
  if (Number.isNaN(before)) return invalidRequest({ before: ['Expected a time'] });
  const usage = latestRows(journal, limit, before);
  return json(200, { usage, count: usage.length });
}
