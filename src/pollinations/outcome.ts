import type { CacheStatus } from '../pollen/settle.ts';
import type { Usage } from '../pollen/usage.ts';
import type { FaultCode } from './verdicts.ts';

/** File name extensions of results; always ours, read from the bytes, never taken from the API. */
export type Extension = 'txt' | 'json' | 'png' | 'jpg' | 'webp' | 'gif' | 'svg' | 'mp4';

/** A whole answer that passed every check. */
export interface Answer {
  readonly kind: 'answered';
  /**
   * Text: UTF-8 of the message's content, or the whole message as JSON where the content is empty and the
   * message holds something else (tool calls, audio). Image: the bytes as received.
   */
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly extension: Extension;
  readonly usage: Usage;
  readonly cache: CacheStatus;
  /** The provider's model id; never the one to take the price of. */
  readonly modelUsed?: string;
  readonly finishReason?: string;
  /** The API's request id, which is ours where it echoed it. */
  readonly requestId?: string;
  /** Pixels, from the image's header; absent for text and where the format has none. */
  readonly width?: number;
  readonly height?: number;
  readonly latencyMs: number;
  /** Text: the whole `choices[0].message` when it holds more than its content. */
  readonly message?: unknown;
  /** A sentence for the report where the answer passed, but looks like another request's. */
  readonly doubt?: string;
}

/** Why an attempt gave no answer. */
export interface Fault {
  readonly code: FaultCode;
  /** HTTP status; absent when no response came. */
  readonly status?: number;
  /** One line of at most 2 KB, without control characters and without the key. */
  readonly message: string;
  /** What the API asked to wait, clamped to 0..300,000 ms. */
  readonly retryAfterMs?: number;
  /** The request was or may have been sent and generated, and its answer is lost: it may have been billed. */
  readonly lost: boolean;
  /** What a complete but wrong answer used: it was billed all the same. */
  readonly usage?: Usage;
  readonly cache?: CacheStatus;
  readonly requestId?: string;
  readonly latencyMs: number;
}

export type Outcome = Answer | { readonly kind: 'fault'; readonly fault: Fault };
