import { isObject } from '../json.ts';
import type { Usage, UsageType } from '../pollen/usage.ts';
import { askAccount, type AccountAccess, type AccountRefusal } from './account-call.ts';
import type { Dialect } from './dialects/dialect.ts';

/** One billed call, as the account tells it. It bears no id that an answer bears too. */
export interface UsageRow {
  /** When it was asked for, in milliseconds since the epoch. The API may tell whole seconds only. */
  readonly at: number;
  readonly kind: 'text' | 'image';
  readonly model: string;
  /** Name of the key, where the account tells it. */
  readonly keyName?: string;
  readonly usage: Usage;
  /** What was billed: decimal Pollen, as the account writes it. */
  readonly pollen: string;
}

/** What became of asking for usage rows. */
export type UsageAnswer =
  /** All rows of the time asked for have been handed over. */
  { readonly kind: 'rows'; readonly count: number } | AccountRefusal;

export interface UsageCall extends AccountAccess {
  readonly dialect: Dialect;
  /** Milliseconds since the epoch, the first that counts. */
  readonly from: number;
  /** Milliseconds since the epoch, the first that counts no more. */
  readonly to: number;
  /** Rows of one answer, up to 50,000. @default 5000 */
  readonly pageRows?: number;
}

const PAGE_ROWS = 5_000;
/** Most that the API gives at once. */
const MOST_ROWS = 50_000;
const ROW_BYTES = 2_048;
const SECOND = 1_000;

/**
 * Reads the account's billed calls of a time, the newest first, page by page; costs nothing. The API keeps those of the
 * last 30 days, and takes them in some time after the calls.
 *
 * @param take - is handed the rows of each page
 */
export async function fetchUsage(
  call: UsageCall,
  take: (rows: readonly UsageRow[]) => void,
): Promise<UsageAnswer> {
  const { dialect, from, to, pageRows = PAGE_ROWS, ...access } = call;
  let count = 0;
  let before = to;
  let limit = pageRows;
  for (;;) {
    const answer = await askAccount({
      ...access,
      path: dialect.usagePath && `${dialect.usagePath}?${queryOf(limit, before)}`,
      limit: limit * ROW_BYTES,
    });
    if (answer.kind !== 'text') return answer;
    const rows = readRows(answer.text);
    if (rows === undefined)
      return { kind: 'failed', reason: 'the answer holds no usage rows that can be read' };
    const oldest = Math.min(...rows.map(({ at }) => at));
    const isLast = rows.length < limit || oldest < from;
    // Rows bear no id: those of the second in which the page was cut are asked for again, all of them.
    const cut = (Math.floor(oldest / SECOND) + 1) * SECOND;
    const whole = isLast ? rows : rows.filter(({ at }) => at >= cut);
    const wanted = whole.filter(({ at }) => at >= from && at < to);
    count += wanted.length;
    take(wanted);
    if (isLast) return { kind: 'rows', count };
    if (cut < before) before = cut;
    else if (limit < MOST_ROWS) limit = Math.min(MOST_ROWS, limit * 10);
    else return { kind: 'failed', reason: `the account has more than ${MOST_ROWS} rows of one second` };
  }
}

function queryOf(limit: number, before: number): string {
  return new URLSearchParams({
    format: 'json',
    limit: String(limit),
    before: new Date(before).toISOString(),
  }).toString();
}

function readRows(text: string): readonly UsageRow[] | undefined {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return undefined;
  }
  const rows = isObject(body) ? body['usage'] : undefined;
  if (!Array.isArray(rows)) return undefined;
  const read = rows.map(readRow);
  return read.every((row) => row !== undefined) ? read : undefined;
}

function readRow(row: unknown): UsageRow | undefined {
  if (!isObject(row)) return undefined;
  const { timestamp, type, model, api_key: keyName, cost_usd: cost } = row;
  const at = typeof timestamp === 'string' ? readTime(timestamp) : Number.NaN;
  // A number's shortest decimal text is the number that was sent, digit for digit.
  const pollen = typeof cost === 'number' ? String(cost) : cost;
  if (Number.isNaN(at) || typeof model !== 'string' || typeof pollen !== 'string') return undefined;
  if (!/^\d+(?:\.\d+)?(?:e[+-]?\d{1,3})?$/i.test(pollen)) return undefined;
  return {
    at,
    kind: type === 'generate.image' ? 'image' : 'text',
    model,
    ...(typeof keyName === 'string' ? { keyName } : {}),
    usage: readUsage(row),
    pollen,
  };
}

// A database writes its times without a zone, and means UTC.
function readTime(text: string): number {
  const plain = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}(?:\.\d+)?)$/.exec(text);
  return Date.parse(plain === null ? text : `${plain[1]}T${plain[2]}Z`);
}

const COLUMNS: readonly (readonly [string, UsageType])[] = [
  ['input_text_tokens', 'promptTextTokens'],
  ['input_cached_tokens', 'promptCachedTokens'],
  ['input_audio_tokens', 'promptAudioTokens'],
  ['input_image_tokens', 'promptImageTokens'],
  ['output_text_tokens', 'completionTextTokens'],
  ['output_reasoning_tokens', 'completionReasoningTokens'],
  ['output_audio_tokens', 'completionAudioTokens'],
  ['output_image_tokens', 'completionImageTokens'],
];

function readUsage(row: Readonly<Record<string, unknown>>): Usage {
  return Object.fromEntries(
    COLUMNS.flatMap(([column, type]) => {
      const units = Number(row[column] ?? 0);
      return units > 0 ? [[type, units]] : [];
    }),
  );
}
