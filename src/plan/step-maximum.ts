import type { Message, Values } from '../manifest/job.ts';
import { formatAmount } from '../pollen/amount.ts';
import type { Rounding } from '../pollen/charge.ts';
import type { PriceSnapshot } from '../pollen/prices.ts';
import type { WireRequest } from '../pollinations/dialects/dialect.ts';
import { hasMedia, maximumOfUse, maxTokensOf } from './maximum.ts';
import { FEW_BYTES, renderedBytes } from './rendered-bytes.ts';

/**
 * Bytes that a token of an answer is taken to have at most, where it becomes part of a later prompt. The longest tokens
 * of today's vocabularies have 128, all of them blanks; prose comes to 4 on the average, and no answer to 16.
 */
const TOKEN_BYTES = 16;

/** More bytes than it takes to say what is wrong with an answer. */
const COMPLAINT_BYTES = 2_000;

/** What bounds the price of a step's calls. */
export interface BoundedStep {
  readonly id?: string;
  readonly kind: 'text' | 'image';
  readonly model: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly messages?: readonly Message[];
  readonly images?: readonly string[];
  /** What its templates name, where it is filled in later; `request` is absent then. */
  readonly scope?: Values;
  readonly request?: WireRequest;
  /** The list that it goes over: the step that returns it, and its most elements. */
  readonly forEach?: { readonly step: string; readonly max: number };
  /** Further calls that may mend an answer. */
  readonly repair: number;
}

/**
 * Most that one call of a step can cost, whichever of its calls it is: decimal Pollen, `null` when no bound is known.
 *
 * @param steps - all steps of the item: what they answer may become part of the prompt
 */
export function maximumOfStep(
  step: BoundedStep,
  steps: readonly BoundedStep[],
  prices: PriceSnapshot,
  rounding: Rounding,
): string | null {
  const { kind, model, params, repair } = step;
  const promptBytes = sentBytes(step, steps);
  const use =
    kind === 'image'
      ? { kind }
      : {
          kind,
          promptBytes: repair === 0 ? promptBytes : repairBytes(promptBytes, step),
          maxTokens: maxTokensOf(params),
        };
  const maximum = maximumOfUse(model, use, prices, rounding);
  return maximum === undefined ? null : formatAmount(maximum);
}

function sentBytes(step: BoundedStep, steps: readonly BoundedStep[]): number | undefined {
  const { kind, images, messages = [], request } = step;
  // No byte count bounds the tokens of a picture.
  if (kind === 'image' || images !== undefined || hasMedia(messages)) return undefined;
  return request === undefined ? filledBytes(step, steps) : Buffer.byteLength(request.body ?? request.path);
}

// One call's price bounds all of a step's: the last answer and what is wrong with it go with each that mends it.
function repairBytes(promptBytes: number | undefined, step: BoundedStep): number | undefined {
  const answer = answerBytes(step);
  return promptBytes === undefined || answer === undefined
    ? undefined
    : promptBytes + answer + COMPLAINT_BYTES;
}

function answerBytes({ kind, params }: BoundedStep): number | undefined {
  const maxTokens = maxTokensOf(params);
  return kind === 'image' ? FEW_BYTES : maxTokens === undefined ? undefined : maxTokens * TOKEN_BYTES;
}

// The templates as they stand, and what comes out of each of them.
function filledBytes(
  { scope = {}, forEach, messages, params }: BoundedStep,
  steps: readonly BoundedStep[],
): number | undefined {
  const bytesOf = (id: string): number | undefined => {
    const named = steps.find((step) => step.id === id);
    const bytes = named === undefined ? undefined : answerBytes(named);
    return bytes === undefined ? undefined : bytes * (named?.forEach?.max ?? 1);
  };
  const named = { scope, step: bytesOf, each: forEach === undefined ? 0 : bytesOf(forEach.step) };
  let sum = Buffer.byteLength(JSON.stringify({ messages, params }));
  for (const text of textsOf([messages, params])) {
    const bytes = renderedBytes(text, named);
    if (bytes === undefined) return undefined;
    sum += bytes;
  }
  return sum;
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}
