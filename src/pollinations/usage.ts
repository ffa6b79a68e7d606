import { type Usage, USAGE_TYPES, type UsageType } from '../pollen/usage.ts';
import type { AnswerHeaders } from './answer-headers.ts';
import { isObject, type Json } from '../json.ts';

const HEADERS: readonly (readonly [UsageType, string])[] = USAGE_TYPES.map((type) => [
  type,
  `x-usage-${type.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
]);

/** How the image header was called in the first days of the API. */
const FIRST_IMAGE_HEADER = 'x-completion-image-tokens';

/**
 * Reads the `x-usage-*` headers; only types above zero are sent. `x-usage-total-tokens` is left alone: it adds up
 * units of different prices.
 */
export function usageFromHeaders(headers: AnswerHeaders): Usage {
  const usage: Partial<Record<UsageType, number>> = {};
  for (const [type, name] of HEADERS) {
    const units = readUnits(headers.get(name));
    if (units > 0) usage[type] = units;
  }
  const images = readUnits(headers.get(FIRST_IMAGE_HEADER));
  if (usage.completionImageTokens === undefined && images > 0) usage.completionImageTokens = images;
  return usage;
}

/**
 * Reads the `usage` object of a chat answer. Details are parts of the totals and are taken out of them; a total
 * too small for its details caps them. Where `total_tokens` exceeds prompt and completion by just the details, the
 * provider counts them on top, and they are added instead (`shared/registry/usage-headers.ts`).
 */
export function usageFromBody(body: unknown): Usage {
  if (!isObject(body)) return {};
  const prompt = count(body['prompt_tokens']);
  const completion = count(body['completion_tokens']);
  const promptDetails = readPromptDetails(body);
  const completionDetails = readCompletionDetails(body);
  const additive = additiveParts(
    count(body['total_tokens']) - prompt - completion,
    sum(promptDetails),
    sum(completionDetails),
    completionDetails.completionReasoningTokens,
  );
  const promptParts = additive.prompt ? promptDetails : cap(promptDetails, prompt);
  const { predicted: _unbilled, ...completionParts } = additive.completion
    ? completionDetails
    : cap(completionDetails, completion);
  return positive({
    promptTextTokens: prompt - (additive.prompt ? 0 : sum(promptParts)),
    ...promptParts,
    completionTextTokens: completion - (additive.completion ? 0 : sum({ ...completionParts, _unbilled })),
    ...completionParts,
  });
}

/** Whether an answer used anything at all. */
export function usedAnything(usage: Usage): boolean {
  return Object.keys(usage).length > 0;
}

function readPromptDetails(
  body: Json,
): Record<
  'promptCachedTokens' | 'promptCacheWriteTokens' | 'promptAudioTokens' | 'promptImageTokens',
  number
> {
  const details = objectOf(body['prompt_tokens_details']);
  return {
    promptCachedTokens:
      count(details['cached_tokens']) ||
      count(body['cached_input_tokens']) ||
      count(body['cache_read_input_tokens']),
    promptCacheWriteTokens: count(body['cache_creation_input_tokens']),
    promptAudioTokens: count(details['audio_tokens']),
    promptImageTokens: count(details['image_tokens']),
  };
}

function readCompletionDetails(
  body: Json,
): Record<'predicted' | 'completionAudioTokens' | 'completionReasoningTokens', number> {
  const details = objectOf(body['completion_tokens_details']);
  return {
    predicted: count(details['accepted_prediction_tokens']) + count(details['rejected_prediction_tokens']),
    completionAudioTokens: count(details['audio_tokens']),
    completionReasoningTokens: count(details['reasoning_tokens']) || count(body['reasoning_tokens']),
  };
}

function additiveParts(
  excess: number,
  prompt: number,
  completion: number,
  reasoning: number,
): { readonly prompt: boolean; readonly completion: boolean } {
  if (excess <= 0) return { prompt: false, completion: false };
  if (excess === prompt + completion) return { prompt: prompt > 0, completion: completion > 0 };
  if (excess === reasoning) return { prompt: false, completion: true };
  return {
    prompt: excess === prompt && prompt !== completion,
    completion: excess === completion && prompt !== completion,
  };
}

function cap<Parts extends Record<string, number>>(parts: Parts, total: number): Parts {
  let left = total;
  const capped = Object.entries(parts).map(([name, units]) => {
    const taken = Math.min(units, left);
    left -= taken;
    return [name, taken] as const;
  });
  return Object.fromEntries(capped) as Parts;
}

function positive(usage: Usage): Usage {
  return Object.fromEntries(Object.entries(usage).filter(([, units]) => units > 0));
}

function sum(parts: Readonly<Record<string, number>>): number {
  return Object.values(parts).reduce((total, units) => total + units, 0);
}

// More units than can be counted exactly are no meter's.
function count(value: unknown): number {
  return typeof value === 'number' && value > 0 && value <= Number.MAX_SAFE_INTEGER ? value : 0;
}

function readUnits(text: string | null): number {
  return text === null ? 0 : count(Number(text));
}

function objectOf(value: unknown): Json {
  return isObject(value) ? value : {};
}
