import { type ChargeTerm, priceOf, type Rounding } from './money.ts';

/** The usage types that this stand-in can produce, named as in the price lists. */
const usageTypes = [
  'promptTextTokens',
  'promptCachedTokens',
  'promptImageTokens',
  'completionTextTokens',
  'completionReasoningTokens',
  'completionImageTokens',
] as const;

type UsageType = (typeof usageTypes)[number];

/** Whole units by type; a type that was not used is absent. */
export type Usage = Readonly<Partial<Record<UsageType, number>>>;

/** Decimal Pollen for one unit by type; an empty record is a free model. */
export type Rates = Readonly<Partial<Record<UsageType, string>>>;

const headerNames = new Map(
  usageTypes.map((type) => [
    type,
    `x-usage-${type.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
  ]),
);

/** The `x-usage-*` headers: one for every type that is not zero. */
export function usageHeaders(usage: Usage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [type, name] of headerNames) {
    const units = usage[type] ?? 0;
    if (units > 0) headers[name] = String(units);
  }
  return headers;
}

/** The usage object of a chat completion: totals with their parts as details. */
export function bodyUsage(usage: Usage): Record<string, unknown> {
  const cached = usage.promptCachedTokens ?? 0;
  const reasoning = usage.completionReasoningTokens ?? 0;
  const prompt = (usage.promptTextTokens ?? 0) + cached;
  const completion = (usage.completionTextTokens ?? 0) + reasoning;
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: cached, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: reasoning,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

/** The charge for a usage in units of 1e-8 Pollen; reasoning is paid at the rate of completion text. */
export function chargeFor(usage: Usage, rates: Rates, rounding: Rounding): bigint {
  const terms: ChargeTerm[] = [];
  for (const type of usageTypes) {
    const rate = rates[type === 'completionReasoningTokens' ? 'completionTextTokens' : type];
    const units = usage[type] ?? 0;
    if (rate !== undefined && units > 0) terms.push({ units, rate });
  }
  return priceOf(terms, rounding);
}
