/**
 * What went wrong, as a code that callers switch on. Messages are for people and are never parsed.
 *
 * - `usage`: the command line is wrong, or a call that asks for what cannot be
 * - `job-invalid`: the job file has problems; `details` lists them, one a line
 * - `config-invalid`: an environment variable or setting is wrong
 * - `api-unreachable`: no Pollinations API answered the models call
 * - `temporal-unreachable`, `store-unreachable`: the server does not answer
 * - `store-unusable`: the object store answers but cannot keep the promises the product needs
 * - `no-price`: a model has no known price, so nothing may be spent on it
 * - `too-dear`: the job may cost more than was allowed, or than may be spent without a word
 * - `not-found`: no run of that name
 * - `binary-missing`: a program of the local stack could not be found or fetched
 * - `internal`: a fault of ours
 */
export type ErrorCode =
  | 'usage'
  | 'job-invalid'
  | 'config-invalid'
  | 'api-unreachable'
  | 'temporal-unreachable'
  | 'store-unreachable'
  | 'store-unusable'
  | 'no-price'
  | 'too-dear'
  | 'not-found'
  | 'binary-missing'
  | 'internal';

export interface PollenBatchErrorOptions {
  /** What the person can do about it, as a full sentence. */
  remedy?: string;
  /** Further lines to print under the message. */
  details?: readonly string[];
  cause?: unknown;
}

/** The one error class of the product: a code for programs, a message and a remedy for people. */
export class PollenBatchError extends Error {
  override readonly name = 'PollenBatchError';
  readonly code: ErrorCode;
  readonly remedy: string | undefined;
  readonly details: readonly string[];

  constructor(code: ErrorCode, message: string, options: PollenBatchErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.remedy = options.remedy;
    this.details = options.details ?? [];
  }
}
