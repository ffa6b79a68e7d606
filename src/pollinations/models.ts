import { parseDecimal } from '../pollen/decimal.ts';
import type { Rates } from '../pollen/prices.ts';
import { USAGE_TYPES, type UsageType } from '../pollen/usage.ts';
import { isObject, type Json } from '../json.ts';

/** A model as people see it. */
export interface ModelInfo {
  readonly id: string;
  readonly kind: 'text' | 'image';
  readonly aliases: readonly string[];
  /** Whether its price is known, so that it may be called. */
  readonly priced: boolean;
  /** Whether its known price is zero; these answer without a key where the API allows it. */
  readonly free: boolean;
  readonly description?: string;
  /** Whether it takes bought Pollen alone, and none that was given. */
  readonly paidOnly?: true;
  /** Whether options or long prompts cost more than its price says. */
  readonly surcharges?: true;
  readonly limits?: ModelLimits;
  readonly abilities?: ModelAbilities;
}

/** What a list tells of what a model takes and makes; what it leaves open is absent. */
export interface ModelAbilities {
  /** `text`, `image`, `audio`, `video`. */
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  /** Names of the parameters that it honours. */
  readonly params?: readonly string[];
}

/** What a list tells of a model's limits. */
export interface ModelLimits {
  /** Calls a minute, for each user. */
  readonly callsPerMinute?: number;
  /** Tokens of prompt and answer together. */
  readonly contextTokens?: number;
  /** Tokens of the answer. */
  readonly answerTokens?: number;
  /** Characters of the prompt. */
  readonly promptCharacters?: number;
}

/** One entry of a models answer. */
export interface ListedModel {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly description?: string;
  /** Absent when the list tells no price, or one in units this product does not know. */
  readonly rates?: Rates;
  /** Whether options or long prompts cost more than the rates say. */
  readonly surcharges: boolean;
  readonly paidOnly?: true;
  readonly limits?: ModelLimits;
  readonly abilities?: ModelAbilities;
}

/**
 * Reads a models answer of any era: names alone, objects without prices, objects with prices as numbers or as
 * fixed-point text, or the OpenAI form.
 *
 * @throws TypeError that says which entry is not understood.
 */
export function readModels(answer: unknown): readonly ListedModel[] {
  const entries = isObject(answer) && answer['object'] === 'list' ? answer['data'] : answer;
  if (!Array.isArray(entries)) throw new TypeError(`a list of models was expected, not ${show(answer)}`);
  return entries.map(readEntry);
}

function readEntry(entry: unknown, index: number): ListedModel {
  if (typeof entry === 'string' && entry !== '') {
    return { id: entry, aliases: [], surcharges: false };
  }
  const id = isObject(entry) ? (entry['name'] ?? entry['id']) : undefined;
  if (!isObject(entry) || typeof id !== 'string' || id === '') {
    throw new TypeError(`entry ${index} of the list of models has no name: ${show(entry)}`);
  }
  const { description, pricing } = entry;
  const rates = pricing === undefined ? undefined : readRates(pricing, id);
  return {
    id,
    aliases: [entry['aliases'] ?? []].flat().filter((alias) => typeof alias === 'string'),
    surcharges: hasEntries(entry['pricing_variants']) || hasEntries(entry['pricing_adjustments']),
    ...(typeof description === 'string' && { description }),
    ...(rates && { rates }),
    ...(entry['paid_only'] === true && { paidOnly: true }),
    ...readLimits(entry),
    ...readAbilities(entry),
  };
}

function readAbilities(entry: Json): { readonly abilities?: ModelAbilities } {
  const inputs = namesIn(entry['input_modalities']);
  const outputs = namesIn(entry['output_modalities']);
  const params = namesIn(entry['supported_parameters']);
  const abilities: ModelAbilities = {
    // The first lists said of some models that they see, and not what they take.
    ...(inputs && { inputs: entry['vision'] === true ? [...inputs, 'image'] : inputs }),
    ...(outputs && { outputs }),
    ...(params && { params }),
  };
  return Object.keys(abilities).length === 0 ? {} : { abilities };
}

/** An empty list tells as little as none. */
function namesIn(value: unknown): readonly string[] | undefined {
  const names = Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
  return names.length === 0 ? undefined : names;
}

/** The names of the limits differ between the eras; what is no count is none. */
function readLimits(entry: Json): { readonly limits?: ModelLimits } {
  const named: Readonly<Record<keyof ModelLimits, readonly string[]>> = {
    callsPerMinute: ['per_user_rpm'],
    contextTokens: ['context_length', 'context_window'],
    answerTokens: ['max_completion_tokens'],
    promptCharacters: ['maxInputChars'],
  };
  const found = Object.entries(named).flatMap(([limit, names]) => {
    const value = names
      .map((name) => entry[name])
      .find((each) => Number.isSafeInteger(each) && Number(each) > 0);
    return value === undefined ? [] : [[limit, value] as const];
  });
  return found.length === 0 ? {} : { limits: Object.fromEntries(found) };
}

/** Rates of zero are left out, as the API does; a unit this product cannot count makes the whole price unknown. */
function readRates(pricing: unknown, model: string): Rates | undefined {
  if (!isObject(pricing)) throw new TypeError(`the price of ${model} is not an object: ${show(pricing)}`);
  const rates: Partial<Record<UsageType, string>> = {};
  for (const [type, value] of Object.entries(pricing)) {
    if (type === 'currency') continue;
    const rate = readRate(value, type, model);
    if (rate === undefined) continue;
    if (!isUsageType(type)) return undefined;
    rates[type] = rate;
  }
  return rates;
}

function readRate(value: unknown, type: string, model: string): string | undefined {
  try {
    // A number's shortest decimal text is the number that was sent, digit for digit.
    const rate = typeof value === 'number' ? String(value) : value;
    if (typeof rate !== 'string') throw new RangeError('not a number');
    return parseDecimal(rate).coefficient === 0n ? undefined : rate;
  } catch (cause) {
    throw new TypeError(`the ${type} price of ${model} cannot be read: ${show(value)}`, { cause });
  }
}

function isUsageType(text: string): text is UsageType {
  return (USAGE_TYPES as readonly string[]).includes(text);
}

function hasEntries(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? typeof value).slice(0, 80);
}
