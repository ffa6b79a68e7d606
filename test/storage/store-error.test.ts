import { describe, expect, it } from 'vitest';
import { classifyStoreError, StoreError, toStoreError } from '../../src/storage/store-error.ts';

const thrown = (name: string, status?: number, code?: string): unknown =>
  Object.assign(new Error('store-full AccessDenied NoSuchBucket'), {
    name,
    ...(code === undefined ? {} : { code }),
    ...(status === undefined ? {} : { $metadata: { httpStatusCode: status } }),
  });

describe('classifyStoreError', () => {
  it.each([
    ['SlowDown', 503, undefined, 'store-unavailable'],
    ['InternalError', 500, undefined, 'store-unavailable'],
    ['TooManyRequests', 429, undefined, 'store-unavailable'],
    ['RequestTimeout', 400, undefined, 'store-unavailable'],
    ['IncompleteBody', 400, undefined, 'store-unavailable'],
    ['ConditionalRequestConflict', 409, undefined, 'store-unavailable'],
    ['Unknown', 502, undefined, 'store-unavailable'],
    ['TimeoutError', undefined, 'ECONNRESET', 'store-unavailable'],
    ['Error', undefined, 'ECONNREFUSED', 'store-unavailable'],
    ['Error', undefined, 'ENOTFOUND', 'store-unavailable'],
    ['SyntaxError', 200, undefined, 'store-unavailable'],
    ['AccessDenied', 403, undefined, 'store-forbidden'],
    ['ExpiredToken', 400, undefined, 'store-forbidden'],
    ['Unknown', 401, undefined, 'store-forbidden'],
    ['403', 403, undefined, 'store-forbidden'],
    ['CredentialsProviderError', undefined, undefined, 'store-forbidden'],
    ['QuotaExceeded', 403, undefined, 'store-full'],
    ['XMinioStorageFull', 507, undefined, 'store-full'],
    ['Unknown', 507, undefined, 'store-full'],
    ['NoSuchBucket', 404, undefined, 'store-missing'],
    ['KeyTooLongError', 400, undefined, 'store-rejected'],
    ['MetadataTooLarge', 400, undefined, 'store-rejected'],
    ['TypeError', undefined, 'ERR_INVALID_CHAR', 'store-rejected'],
    ['NotImplemented', 501, undefined, 'store-rejected'],
    ['MethodNotAllowed', 405, undefined, 'store-rejected'],
  ] as const)('takes %s with status %s and code %s for %s', (name, status, code, expected) => {
    expect(classifyStoreError(thrown(name, status, code))).toBe(expected);
  });

  it('takes anything at all', () => {
    expect(classifyStoreError(undefined)).toBe('store-unavailable');
    expect(classifyStoreError('text')).toBe('store-unavailable');
  });
});

describe('toStoreError', () => {
  it('says what was tried and keeps the cause', () => {
    const cause = thrown('SlowDown', 503);
    const error = toStoreError(cause, 'store job.json');
    expect(error).toMatchObject({ code: 'store-unavailable', status: 503, cause });
    expect(error.message).toBe('The object store could not store job.json: 503 SlowDown.');
  });

  it('leaves an error alone that is sorted already', () => {
    const error = new StoreError('store-corrupt', 'damaged');
    expect(toStoreError(error, 'read job.json')).toBe(error);
  });
});
