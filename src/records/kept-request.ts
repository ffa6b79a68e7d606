import type { WireRequest } from '../pollinations/dialects/dialect.ts';
import { StoreError } from '../storage/store-error.ts';

/** An image that an earlier step made, and that a request carries. */
export interface StepImage {
  readonly key: string;
  readonly contentType: string;
  readonly bytes: number;
}

/** `….request.json`: what a call sends that could not be known when its run was planned. */
export interface KeptRequest {
  readonly version: 1;
  readonly seed?: number;
  readonly request: WireRequest;
  /** By sha256. */
  readonly images?: Readonly<Record<string, StepImage>>;
}

/**
 * Reads a request that was kept.
 *
 * @throws StoreError `store-corrupt` when its bytes are none
 */
export function parseKept(key: string, body: Uint8Array): KeptRequest {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8')) as KeptRequest;
  } catch {
    // The parser's own error would quote the bytes.
    throw new StoreError('store-corrupt', `${key} holds no request`);
  }
}
