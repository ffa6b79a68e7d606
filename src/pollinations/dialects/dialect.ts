import type { Rounding } from '../../pollen/charge.ts';
import type { CacheMode } from '../../pollen/settle.ts';

/** `enter`: the first published API; `enter-v1`: its successor on the same host; `gen`: today's host. */
export type DialectName = 'enter' | 'enter-v1' | 'gen';

/** A chat message as the API takes it; unknown members pass through. */
export interface Message {
  readonly role: 'system' | 'developer' | 'user' | 'assistant' | 'tool';
  readonly content: string | readonly unknown[];
  readonly [member: string]: unknown;
}

export interface TextCall {
  readonly model: string;
  readonly messages: readonly Message[];
  /** Further body members, named as the API names them. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Goes over a `seed` among the params. */
  readonly seed?: number;
}

export interface ImageCall {
  readonly model: string;
  readonly prompt: string;
  /** Query parameters, named as the API names them; `true` is sent, `false` is left out. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Goes over a `seed` among the params. */
  readonly seed?: number;
}

/** The bytes of one call: every attempt sends the same. */
export interface WireRequest {
  readonly method: 'GET' | 'POST';
  /** Path and query below the base, percent-encoded, starting with `/`. */
  readonly path: string;
  /** Canonical JSON, for POST only. */
  readonly body?: string;
}

/** Where one era of the API keeps its routes, and how it bills. */
export interface Dialect {
  readonly name: DialectName;
  /** Base URL where the API speaks this dialect, without a final slash. */
  readonly defaultBase: string;
  /** The chat route below the base. */
  readonly textPath: string;
  /** Another route to the same handler; people give a base URL that ends in it to OpenAI clients. */
  readonly textPathAlias?: string;
  /** The image route below the base; the prompt is one segment more. */
  readonly imagePath: string;
  readonly textModelsPath: string;
  readonly imageModelsPath: string;
  /** Tells what a key may still spend, and costs nothing; absent where the API has no such call. */
  readonly balancePath?: string;
  /** Whether a key that may not read billed calls is told the balance only where that is a budget of its own. */
  readonly tellsKeyBudget?: true;
  /** Tells which calls were billed, and costs nothing; absent where the API has no such call. */
  readonly usagePath?: string;
  /** How the charge of an answer is rounded. */
  readonly rounding: Rounding;
  /** What an `X-Cache` header says about the charge. */
  readonly cacheMode: CacheMode;
  textRequest(call: TextCall): WireRequest;
  imageRequest(call: ImageCall): WireRequest;
}
