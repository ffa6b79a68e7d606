import { AMOUNT_PLACES, type Amount } from './amount.ts';
import {
  addDecimals,
  compareDecimals,
  type Decimal,
  multiplyDecimals,
  parseDecimal,
  roundDecimal,
} from './decimal.ts';
import type { Rates } from './prices.ts';
import type { Usage, UsageType } from './usage.ts';

/**
 * When a charge is rounded half up to 1e-8: `each` rounds every term and then the sum (the ledger up to January
 * 2026), `once` the sum alone (the ledger since).
 */
export type Rounding = 'each' | 'once';

/**
 * Computes what an answer costs: units times rate, summed over the usage types. Reasoning tokens go at the
 * completion rate where the list names no rate of their own. A type without a rate costs nothing, because the
 * price lists leave zero rates out.
 *
 * The arithmetic is exact; the formula is Pollinations' own (`shared/registry/registry.ts`).
 *
 * @throws RangeError when a unit count or a rate is not a decimal number of zero or more.
 */
export function chargeOf(usage: Usage, rates: Rates, rounding: Rounding): Amount {
  let each = 0n;
  let sum: Decimal = { coefficient: 0n, scale: 0 };
  for (const type of Object.keys(usage) as UsageType[]) {
    const units = usage[type];
    const rate = rateOf(type, rates);
    if (units === undefined || rate === undefined) continue;
    const term = multiplyDecimals(parseDecimal(String(units)), parseDecimal(rate));
    if (rounding === 'each') each += roundDecimal(term, AMOUNT_PLACES);
    else sum = addDecimals(sum, term);
  }
  return rounding === 'each' ? each : roundDecimal(sum, AMOUNT_PLACES);
}

function rateOf(type: UsageType, rates: Rates): string | undefined {
  return rates[type] ?? (type === 'completionReasoningTokens' ? rates.completionTextTokens : undefined);
}

/** What is known of a call before it is sent. */
export type PlannedUse =
  | {
      readonly kind: 'text';
      /** Bytes of the request's body; `undefined` when messages hold media, whose tokens no byte count bounds. */
      readonly promptBytes: number | undefined;
      /** The `max_tokens` sent, reasoning included; `undefined` when none is. */
      readonly maxTokens: number | undefined;
    }
  | { readonly kind: 'image' };

const PROMPT_TYPES = ['promptTextTokens', 'promptCachedTokens', 'promptCacheWriteTokens'] as const;
const COMPLETION_TYPES = [
  'completionTextTokens',
  'completionReasoningTokens',
  'completionAudioTokens',
] as const;
const MEDIA_PROMPT_TYPES = [
  'promptAudioTokens',
  'promptAudioSeconds',
  'promptImageTokens',
  'promptVideoTokens',
] as const;

/**
 * The highest charge a call can come to, or `undefined` when no bound is known.
 *
 * Text: a token is at least one byte, so the prompt is bounded by its bytes and the completion by `max_tokens`,
 * each at the dearest rate that applies. Images: only flat prices have a bound; prices per token do not, as the
 * number of tokens is the provider's choice.
 *
 * @throws RangeError when a rate is not a decimal number of zero or more.
 */
export function maximumCharge(use: PlannedUse, rates: Rates, rounding: Rounding): Amount | undefined {
  const priced = (Object.keys(rates) as UsageType[]).filter((type) => !isZero(rates[type] ?? '0'));
  if (priced.length === 0) return 0n;
  return use.kind === 'image'
    ? flatImagePrice(priced, rates, rounding)
    : maximumTextCharge(use, priced, rates, rounding);
}

// Per-token image rates reach 3e-5 Pollen, flat prices start at 1e-4.
const LOWEST_FLAT_PRICE = 10_000n;

function flatImagePrice(priced: readonly UsageType[], rates: Rates, rounding: Rounding): Amount | undefined {
  if (priced.some((type) => type !== 'completionImageTokens')) return undefined;
  const price = chargeOf({ completionImageTokens: 1 }, rates, rounding);
  return price >= LOWEST_FLAT_PRICE ? price : undefined;
}

function maximumTextCharge(
  use: Extract<PlannedUse, { kind: 'text' }>,
  priced: readonly UsageType[],
  rates: Rates,
  rounding: Rounding,
): Amount | undefined {
  const bounded: readonly UsageType[] = [...PROMPT_TYPES, ...COMPLETION_TYPES, ...MEDIA_PROMPT_TYPES];
  if (priced.some((type) => !bounded.includes(type))) return undefined;

  const prompt = dearest(PROMPT_TYPES, rates);
  const completion = dearest(COMPLETION_TYPES, rates);
  if (prompt !== undefined && use.promptBytes === undefined) return undefined;
  if (completion !== undefined && use.maxTokens === undefined) return undefined;
  const charge = chargeOf(
    { promptTextTokens: use.promptBytes ?? 0, completionTextTokens: use.maxTokens ?? 0 },
    { promptTextTokens: prompt ?? '0', completionTextTokens: completion ?? '0' },
    rounding,
  );
  return charge + roundingSlack(priced, rates, rounding);
}

/** A split into more terms rounds up more often: at most one unit for each term whose rate is finer than 1e-8. */
function roundingSlack(priced: readonly UsageType[], rates: Rates, rounding: Rounding): Amount {
  if (rounding === 'once') return 0n;
  const rateTexts = priced.map((type) => rates[type] ?? '0');
  return BigInt(rateTexts.filter((rate) => !isWholeUnits(rate)).length);
}

function dearest(types: readonly UsageType[], rates: Rates): string | undefined {
  return types
    .map((type) => rates[type])
    .filter((rate) => rate !== undefined && !isZero(rate))
    .sort((left = '0', right = '0') => compareDecimals(parseDecimal(right), parseDecimal(left)))[0];
}

function isZero(rate: string): boolean {
  return parseDecimal(rate).coefficient === 0n;
}

function isWholeUnits(rate: string): boolean {
  const { coefficient, scale } = parseDecimal(rate);
  return scale <= AMOUNT_PLACES || coefficient % 10n ** BigInt(scale - AMOUNT_PLACES) === 0n;
}

/**
 * The price of an answer. An image from the cache may come without usage: flat prices are then known from the
 * list all the same; `undefined` means that nothing tells the price.
 *
 * @throws RangeError when a unit count or a rate is not a decimal number of zero or more.
 */
export function priceOfAnswer(
  kind: 'text' | 'image',
  usage: Usage,
  rates: Rates,
  rounding: Rounding,
): Amount | undefined {
  if (Object.keys(usage).length > 0) return chargeOf(usage, rates, rounding);
  return kind === 'image' ? maximumCharge({ kind }, rates, rounding) : undefined;
}
