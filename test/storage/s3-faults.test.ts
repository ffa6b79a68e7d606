import { afterEach, describe, expect, it } from 'vitest';
import { refuse, startFakeS3, type FakeS3 } from './fake-s3.ts';

const text = { contentType: 'text/plain; charset=utf-8' };

describe('a store with faults', () => {
  let fake: FakeS3;
  afterEach(() => fake.close());

  it('is asked again when it was too busy', async () => {
    fake = await startFakeS3((_request, response) => {
      if (fake.requests.length === 1) return refuse(response, 503, 'SlowDown');
      response.writeHead(200).end();
    });
    expect(await fake.store.putOnce('job.json', '{}', text)).toEqual({ stored: true });
  });

  it('is asked again when another conditional put of the key is under way', async () => {
    fake = await startFakeS3((_request, response) => {
      if (fake.requests.length < 3) return refuse(response, 409, 'ConditionalRequestConflict');
      response.writeHead(200).end();
    });
    expect(await fake.store.putOnce('job.json', '{}', text)).toEqual({ stored: true });
    expect(fake.requests).toHaveLength(3);
  });

  it('has stored our object although the acknowledgement was lost', async () => {
    let stored: Buffer | undefined;
    fake = await startFakeS3((request, response, body) => {
      if (request.method === 'GET') return void response.writeHead(200).end(stored);
      if (stored !== undefined) return refuse(response, 412, 'PreconditionFailed');
      stored = body;
      request.socket.destroy();
    });
    expect(await fake.store.putOnce('job.json', '{"a":1}', text)).toMatchObject({
      stored: false,
      same: true,
    });
    expect(fake.requests).toEqual(['PUT /shots/job.json', 'PUT /shots/job.json', 'GET /shots/job.json']);
  });

  it('is tried again when the object that was in the way is gone', async () => {
    fake = await startFakeS3((request, response) => {
      if (request.method === 'GET') return refuse(response, 404, 'NoSuchKey');
      if (fake.requests.length === 1) return refuse(response, 412, 'PreconditionFailed');
      response.writeHead(200).end();
    });
    expect(await fake.store.putOnce('job.json', '{}', text)).toEqual({ stored: true });
  });

  it('is believed when it refuses for good', async () => {
    fake = await startFakeS3((_request, response) => refuse(response, 400, 'KeyTooLongError'));
    const put = fake.store.putOnce('job.json', '{}', text);
    await expect(put).rejects.toMatchObject({ code: 'store-rejected', status: 400 });
    expect(fake.requests).toHaveLength(1);
  });

  it('is caught when it returns other bytes than were stored', async () => {
    fake = await startFakeS3((_request, response) => {
      response.writeHead(200, { 'x-amz-meta-sha256': 'a'.repeat(64) }).end('damaged');
    });
    await expect(fake.store.get('job.json')).rejects.toMatchObject({ code: 'store-corrupt' });
  });

  it('tells a missing bucket from a missing object', async () => {
    fake = await startFakeS3((_request, response) => refuse(response, 404, 'NoSuchBucket'));
    await expect(fake.store.get('job.json')).rejects.toMatchObject({ code: 'store-missing' });
  });

  it('is full, which waiting for another try does not mend', async () => {
    fake = await startFakeS3((_request, response) => refuse(response, 403, 'QuotaExceeded'));
    await expect(fake.store.put('job.json', '{}', text)).rejects.toMatchObject({ code: 'store-full' });
  });
});
