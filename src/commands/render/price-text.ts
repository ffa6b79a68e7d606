import { maximumCharge, type Rounding } from '../../pollen/charge.ts';
import { formatDecimal, multiplyDecimals, parseDecimal } from '../../pollen/decimal.ts';
import type { Rates } from '../../pollen/prices.ts';
import { USAGE_TYPES, type UsageType } from '../../pollen/usage.ts';

const MILLION = parseDecimal('1000000');

const words: Readonly<Record<UsageType, string>> = {
  promptTextTokens: 'in',
  promptCachedTokens: 'cached in',
  promptCacheWriteTokens: 'cache write',
  promptAudioTokens: 'audio in',
  promptAudioSeconds: 'audio in',
  promptImageTokens: 'image in',
  promptVideoTokens: 'video in',
  completionTextTokens: 'out',
  completionReasoningTokens: 'reasoning',
  completionAudioTokens: 'audio out',
  completionAudioSeconds: 'audio out',
  completionImageTokens: 'image out',
  completionVideoSeconds: 'video out',
  completionVideoTokens: 'video out',
};

/** A price in words: for an image, for a million tokens, for a second. Exact. */
export function priceText(kind: 'text' | 'image', rates: Rates | undefined, rounding: Rounding): string {
  if (rates === undefined) return 'unknown';
  const types = USAGE_TYPES.filter((type) => rates[type] !== undefined);
  if (types.length === 0) return 'free';
  if (kind === 'image' && maximumCharge({ kind }, rates, rounding) !== undefined) {
    return `${plainRate(rates.completionImageTokens)} an image`;
  }
  const tokens = types.filter((type) => type.endsWith('Tokens'));
  const seconds = types.filter((type) => type.endsWith('Seconds'));
  return [
    ...(tokens.length === 0 ? [] : [`${list(tokens, (type) => perMillion(rates[type]))} per 1M tokens`]),
    ...(seconds.length === 0 ? [] : [`${list(seconds, (type) => plainRate(rates[type]))} a second`]),
  ].join('; ');
}

/** A rate as plain decimal text. */
export function plainRate(rate = '0'): string {
  return formatDecimal(parseDecimal(rate));
}

function perMillion(rate = '0'): string {
  return formatDecimal(multiplyDecimals(parseDecimal(rate), MILLION));
}

function list(types: readonly UsageType[], amount: (type: UsageType) => string): string {
  return types.map((type) => `${words[type]} ${amount(type)}`).join(', ');
}
