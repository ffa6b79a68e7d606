import type { Answer } from './answers.ts';
import type { Model } from './models.ts';
import type { Usage } from './usage.ts';

/** The bytes that a call generates: the same for the same request, so they need not be kept. */
export interface Product {
  readonly contentType: string;
  readonly body: string | Uint8Array<ArrayBuffer>;
  /** Headers that belong to the answer whether it is new or cached. */
  readonly headers: Readonly<Record<string, string>>;
  /** A streamed answer travels in small pieces, and tells its usage in its last event alone. */
  readonly streamed: boolean;
  /** The message of a text answer. */
  readonly content?: string;
}

/** A generation call that is well-formed. */
export interface Call {
  readonly kind: 'text' | 'image';
  readonly model: Model;
  /** All text of the request: where marked faults are looked for. */
  readonly prompt: string;
  /** False for the seed -1: a new random result each time, never cached. */
  readonly cacheable: boolean;
  usage(): Usage;
  produce(): Product;
}

/** A call, or the answer that refuses it. */
export type Reading = { readonly call: Call } | { readonly refusal: Answer };

/** Tokens of a text: a quarter of its bytes, rounded up. */
export function tokensOf(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4);
}
