/**
 * Why the store did not do what was asked, for callers to switch on.
 *
 * - `store-unavailable`: no answer, a time-out, too busy or a fault of its own: the same call may pass later
 * - `store-forbidden`: the credentials are wrong, missing, or lack a right
 * - `store-full`: no room or no quota left
 * - `store-missing`: the bucket is not there
 * - `store-corrupt`: an object's bytes are not those that were stored
 * - `store-rejected`: the call itself is wrong, and stays so
 */
export type StoreErrorCode =
  | 'store-unavailable'
  | 'store-forbidden'
  | 'store-full'
  | 'store-missing'
  | 'store-corrupt'
  | 'store-rejected';

/** What the store refused or could not do. An aborted call throws the signal's own error instead. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;
  /** HTTP status, where there was an answer. */
  readonly status: number | undefined;

  constructor(code: StoreErrorCode, message: string, options: { status?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.status = options.status;
  }
}

/** What counts in an error of the S3 client or of the network below it. */
export interface ErrorFacts {
  readonly name: string;
  /** System code, as `ECONNREFUSED`. */
  readonly code: string | undefined;
  readonly status: number | undefined;
}

const fullNames = new Set([
  'QuotaExceeded',
  'QuotaExceededException',
  'XMinioStorageFull',
  'XMinioAdminBucketQuotaExceeded',
  'InsufficientStorage',
  'StorageFull',
  'NoSpaceLeft',
]);

const forbiddenNames = new Set([
  'AccessDenied',
  'AllAccessDisabled',
  'AccountProblem',
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'InvalidToken',
  'InvalidSecurity',
  'ExpiredToken',
  'ExpiredTokenException',
  'TokenRefreshRequired',
  'RequestTimeTooSkewed',
  'NotSignedUp',
  'CredentialsProviderError',
]);

// Some servers say these with a status of 400.
const unavailableNames = new Set([
  'SlowDown',
  'ServiceUnavailable',
  'InternalError',
  'RequestTimeout',
  'Throttling',
  'ThrottlingException',
  'TooManyRequests',
  'OperationAborted',
  'ConditionalRequestConflict',
  'TimeoutError',
  // So MinIO begins when its disk is full: it stops reading, and takes that for the sender's fault.
  'IncompleteBody',
]);

const unavailableStatuses = new Set([408, 409, 425, 429]);

/** Reads the facts out of whatever was thrown. */
export function errorFacts(error: unknown): ErrorFacts {
  const fields =
    typeof error === 'object' && error !== null ? (error as Readonly<Record<string, unknown>>) : {};
  const metadata = fields['$metadata'] as Readonly<Record<string, unknown>> | undefined;
  const status = metadata?.['httpStatusCode'];
  return {
    name: typeof fields['name'] === 'string' ? fields['name'] : 'Unknown',
    code: typeof fields['code'] === 'string' ? fields['code'] : undefined,
    status: typeof status === 'number' ? status : undefined,
  };
}

/**
 * Sorts an error by its names, code and status, never by its message. An error without an HTTP status never reached an
 * answer, so it counts as unavailable unless its name or code says otherwise.
 */
export function classifyStoreError(error: unknown): StoreErrorCode {
  if (error instanceof StoreError) return error.code;
  const { name, code, status } = errorFacts(error);
  if (fullNames.has(name) || status === 507) return 'store-full';
  if (forbiddenNames.has(name)) return 'store-forbidden';
  if (name === 'NoSuchBucket') return 'store-missing';
  if (unavailableNames.has(name)) return 'store-unavailable';
  if (status === undefined) return isFaultOfOurs(error, code) ? 'store-rejected' : 'store-unavailable';
  if (status === 401 || status === 403) return 'store-forbidden';
  // 501 is a fault of neither side: what was asked is not built, and waiting does not build it.
  if (status === 501) return 'store-rejected';
  if (status >= 500 || unavailableStatuses.has(status)) return 'store-unavailable';
  // A success whose body was cut short, or made no sense.
  if (status < 300) return 'store-unavailable';
  return 'store-rejected';
}

/** Wraps an error for callers. `action` says what was tried, as in `put jobs/x/job.json`. */
export function toStoreError(error: unknown, action: string): StoreError {
  if (error instanceof StoreError) return error;
  const { name, code, status } = errorFacts(error);
  const what = [status, name === 'Error' ? code : name].filter((part) => part !== undefined).join(' ');
  return new StoreError(classifyStoreError(error), `The object store could not ${action}: ${what}.`, {
    cause: error,
    ...(status === undefined ? {} : { status }),
  });
}

// Node and the client refuse what cannot be sent at all by TypeErrors and codes of their own.
function isFaultOfOurs(error: unknown, code: string | undefined): boolean {
  return (
    error instanceof TypeError || error instanceof RangeError || code?.startsWith('ERR_INVALID') === true
  );
}
