import { afterEach, describe, expect, it } from 'vitest';
import { PollenBatchError } from '../../src/errors.ts';
import { prepareStore } from '../../src/storage/probe.ts';
import type { S3Store } from '../../src/storage/s3.ts';
import { fakeStore, refuse, startFakeS3, type Answer, type FakeS3 } from './fake-s3.ts';

const anywhere = { prefix: '', emulated: false };

describe('prepareStore', () => {
  let fake: FakeS3 | undefined;
  afterEach(async () => {
    await fake?.close();
    fake = undefined;
  });

  const prepareAgainst = async (answer: Answer): Promise<PollenBatchError> => {
    fake = await startFakeS3(answer);
    return await failureOf(fake.store);
  };

  it('refuses a store that ignores If-None-Match, and says why it matters', async () => {
    const objects = new Map<string, Buffer>();
    const error = await prepareAgainst((request, response, body) => {
      if (request.method === 'PUT') objects.set(request.url ?? '', body);
      response.writeHead(200, { etag: '"any"' });
      response.end();
    });
    expect(error).toMatchObject({ code: 'store-unusable', message: expect.stringContaining('ignores') });
    expect(error.remedy).toContain('If-None-Match');
  });

  it('refuses a store that says it has no conditional puts', async () => {
    const error = await prepareAgainst((_request, response) => refuse(response, 501, 'NotImplemented'));
    expect(error).toMatchObject({
      code: 'store-unusable',
      message: expect.stringContaining('no conditional'),
    });
  });

  it('refuses a store whose list does not show what it has stored', async () => {
    const error = await prepareAgainst((request, response) => {
      if (request.method === 'PUT') return refuse(response, 412, 'PreconditionFailed');
      response.writeHead(200, { 'content-type': 'application/xml', etag: '"any"' });
      response.end(request.url?.includes('list-type') ? '<ListBucketResult></ListBucketResult>' : undefined);
    });
    expect(error).toMatchObject({ code: 'store-unusable' });
    expect(error.details).toContain('LIST: object not seen');
  });

  it('says that nothing listens there', async () => {
    const error = await failureOf(fakeStore('http://127.0.0.1:9'));
    expect(error).toMatchObject({
      code: 'store-unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    expect(error.remedy).toContain('S3_ENDPOINT');
  });

  it('says that the store answers, but only that it cannot serve', async () => {
    const error = await prepareAgainst((_request, response) => refuse(response, 503, 'ServiceUnavailable'));
    expect(error).toMatchObject({ code: 'store-unreachable', message: expect.stringContaining('503') });
  });

  it('says that the bucket is missing when it may not be created', async () => {
    const error = await prepareAgainst((request, response) => {
      const isBucket = request.url?.split('?')[0]?.replace(/\/$/u, '') === '/shots';
      if (isBucket) refuse(response, 403, 'AccessDenied');
      else refuse(response, 404, 'NoSuchBucket');
    });
    expect(error).toMatchObject({
      code: 'store-unusable',
      message: expect.stringContaining('no bucket shots'),
    });
    expect(error.remedy).toContain('S3_BUCKET');
  });

  it('tells missing rights from wrong credentials', async () => {
    const rights = await prepareAgainst((_request, response) => refuse(response, 403, 'AccessDenied'));
    expect(rights).toMatchObject({ code: 'store-unusable', remedy: expect.stringContaining('s3:PutObject') });
    await fake?.close();
    const key = await prepareAgainst((_request, response) => refuse(response, 403, 'InvalidAccessKeyId'));
    expect(key).toMatchObject({
      code: 'store-unusable',
      remedy: expect.stringContaining('AWS_ACCESS_KEY_ID'),
    });
  });

  it('names the region setting for a bucket of another region', async () => {
    const error = await prepareAgainst((_request, response) => refuse(response, 301, 'PermanentRedirect'));
    expect(error).toMatchObject({ code: 'store-unusable', remedy: expect.stringContaining('S3_REGION') });
  });

  it('asks for no right to delete and none to look at the bucket', async () => {
    await prepareAgainst((_request, response) => refuse(response, 403, 'AccessDenied'));
    expect(fake?.requests).toEqual(['PUT /shots/_probe']);
  });
});

async function failureOf(store: S3Store): Promise<PollenBatchError> {
  try {
    await prepareStore(store, anywhere);
  } catch (error) {
    if (error instanceof PollenBatchError) return error;
    throw error;
  }
  throw new Error('the store was accepted');
}
