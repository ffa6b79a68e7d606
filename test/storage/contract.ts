import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ListedObject, ObjectStore } from '../../src/storage/object-store.ts';
import { prepareStore } from '../../src/storage/probe.ts';
import { createS3Store, type S3Settings, type S3Store } from '../../src/storage/s3.ts';
import type { TestStore } from '../support/local-servers.ts';

const text = { contentType: 'text/plain; charset=utf-8' };

/** What the product needs of an object store, tried on a real server. */
export function describeStoreContract(title: string, startServer: () => Promise<TestStore>): void {
  describe(title, () => {
    let server: TestStore;
    let store: S3Store;

    const settings = (changes: Partial<S3Settings> = {}): S3Settings => ({
      bucket: 'contract',
      endpoint: server.endpoint,
      region: server.region,
      credentials: server.credentials,
      maxConcurrency: 64,
      ...changes,
    });

    beforeAll(async () => {
      server = await startServer();
      store = createS3Store(settings());
      await prepareStore(store, { prefix: '', emulated: false });
    });
    afterAll(async () => {
      store.close();
      await server.stop();
    });

    it('gives fifty writers of one key exactly one winner, whose bytes every loser is shown', async () => {
      const key = `race/${randomUUID()}`;
      const bodies = Array.from({ length: 50 }, (_, index) => `writer ${index}`);
      const results = await Promise.all(bodies.map((body) => store.putOnce(key, body, text)));

      const winners = bodies.filter((_, index) => results[index]?.stored === true);
      expect(winners).toHaveLength(1);
      const shown = results.map((result) => (result.stored ? winners[0] : decode(result.existing.body)));
      expect(new Set(shown)).toEqual(new Set(winners));
      expect(results.filter((result) => !result.stored).every((result) => !result.same)).toBe(true);
      expect(decode((await store.get(key))?.body)).toBe(winners[0]);
    });

    it('counts a conditional put of the same bytes as success', async () => {
      const key = `same/${randomUUID()}`;
      expect(await store.putOnce(key, 'once', text)).toEqual({ stored: true });
      expect(await store.putOnce(key, 'once', text)).toMatchObject({ stored: false, same: true });
    });

    it('shows body and metadata of the object that was first, for its bytes to be adopted', async () => {
      const key = `adopt/${randomUUID()}`;
      await store.putOnce(key, 'first', { ...text, metadata: { attempt: '1' } });
      const second = await store.putOnce(key, 'second', { ...text, metadata: { attempt: '2' } });
      expect(second).toMatchObject({
        stored: false,
        same: false,
        existing: { metadata: { attempt: '1' }, contentType: 'text/plain; charset=utf-8' },
      });
      expect(second.stored ? '' : decode(second.existing.body)).toBe('first');
    });

    it('overwrites by a plain put', async () => {
      const key = `plain/${randomUUID()}`;
      await store.put(key, 'old', text);
      await store.put(key, 'new', text);
      expect(decode((await store.get(key))?.body)).toBe('new');
    });

    it('lists more than a thousand objects once each, in key order, with their sizes', async () => {
      const prefix = `many/${randomUUID()}/`;
      const keys = Array.from({ length: 1_100 }, (_, index) => `${prefix}${String(index).padStart(7, '0')}`);
      await inBatches(keys, 50, (key) => store.put(key, key, text));

      const listed = await readAll(store, prefix);
      expect(listed.map(({ key }) => key)).toEqual(keys);
      expect(listed.every(({ key, bytes }) => bytes === key.length)).toBe(true);
      expect(Math.abs(Date.now() - (listed[0]?.modified.getTime() ?? 0))).toBeLessThan(300_000);
    });

    it('lists nothing below a prefix that is not there', async () => {
      expect(await readAll(store, `nothing/${randomUUID()}/`)).toEqual([]);
    });

    it('lists the folders right below a prefix, whatever is in them', async () => {
      const prefix = `folders/${randomUUID()}/`;
      for (const key of ['b/deep/er.txt', 'a/one', 'a/two', 'beside.txt']) {
        await store.put(`${prefix}${key}`, key, text);
      }
      expect(await store.listFolders(prefix)).toEqual(['a', 'b']);
      expect(await store.listFolders(`${prefix}a/`)).toEqual([]);
    });

    it('lists more than a thousand folders', async () => {
      const prefix = `runs/${randomUUID()}/`;
      const names = Array.from({ length: 1_050 }, (_, index) => `run-${String(index).padStart(5, '0')}`);
      await inBatches(names, 50, (name) => store.put(`${prefix}${name}/job.json`, name, text));
      expect(await store.listFolders(prefix)).toEqual(names);
    });

    it('copies bytes with a type and metadata of their own, over what is there as well', async () => {
      const folder = `copies/${randomUUID()}`;
      const body = randomBytes(300_000);
      await store.putOnce(`${folder}/from.png`, body, {
        contentType: 'image/png',
        metadata: { facts: '{"a":1}' },
      });
      await store.put(`${folder}/to.png`, 'something else', text);
      const options = { contentType: 'image/jpeg', metadata: { reused: 'run-1' }, sha256: sha256(body) };
      expect(await store.copy(`${folder}/from.png`, `${folder}/to.png`, options)).toBe(true);
      const copied = await store.get(`${folder}/to.png`);
      expect(body.equals(copied?.body ?? new Uint8Array())).toBe(true);
      expect(copied?.contentType).toBe('image/jpeg');
      expect(copied?.metadata).toEqual({ reused: 'run-1', sha256: sha256(body) });
      expect(await store.putOnce(`${folder}/to.png`, 'another', text)).toMatchObject({ stored: false });
    });

    it('says of what is not there that it was not copied', async () => {
      const folder = `copies/${randomUUID()}`;
      const options = { contentType: 'image/png', sha256: sha256('') };
      expect(await store.copy(`${folder}/none.png`, `${folder}/to.png`, options)).toBe(false);
      expect(await store.head(`${folder}/to.png`)).toBeUndefined();
    });

    it('keeps type, metadata and the sha256 of the body', async () => {
      const key = `metadata/${randomUUID()}`;
      const metadata = { run: 'shots-0a1b2c3d4e', usage: '{"completionTextTokens":12}', charge: '0.0009177' };
      await store.putOnce(key, 'body', { contentType: 'image/png', metadata });
      const expected = { contentType: 'image/png', metadata: { ...metadata, sha256: sha256('body') } };
      expect(await store.head(key)).toEqual({ ...expected, bytes: 4 });
      expect(await store.get(key)).toMatchObject(expected);
    });

    it('refuses metadata that would not come back as it went', async () => {
      const put = store.putOnce(`metadata/${randomUUID()}`, 'body', { ...text, metadata: { name: 'Café' } });
      await expect(put).rejects.toMatchObject({ name: 'StoreError', code: 'store-rejected' });
    });

    it('brings five megabytes of any bytes back unchanged', async () => {
      const key = `large/${randomUUID()}`;
      const body = randomBytes(5 * 1024 * 1024);
      await store.putOnce(key, body, { contentType: 'application/octet-stream' });
      expect((await store.head(key))?.bytes).toBe(body.length);
      expect(body.equals((await store.get(key))?.body ?? new Uint8Array())).toBe(true);
    });

    it('keeps an empty object', async () => {
      const key = `empty/${randomUUID()}`;
      await store.putOnce(key, '', text);
      expect(await store.get(key)).toMatchObject({
        body: new Uint8Array(),
        metadata: { sha256: sha256('') },
      });
    });

    it('knows nothing of a missing key', async () => {
      expect(await store.get(`missing/${randomUUID()}`)).toBeUndefined();
      expect(await store.head(`missing/${randomUUID()}`)).toBeUndefined();
    });

    it('ends a call when its signal says so, with the error of the abort', async () => {
      const controller = new AbortController();
      const put = store.putOnce(`aborted/${randomUUID()}`, randomBytes(1024 * 1024), {
        contentType: 'application/octet-stream',
        signal: controller.signal,
      });
      controller.abort();
      await expect(put).rejects.toMatchObject({ name: 'AbortError' });
    });

    it('can be prepared again and again, also for another prefix', async () => {
      await prepareStore(store, { prefix: '', emulated: false });
      await prepareStore(store, { prefix: 'team/batches', emulated: true });
      expect((await readAll(store, 'emulated/')).map(({ key }) => key)).toEqual([
        'emulated/team/batches/_probe',
      ]);
    });

    it('creates the bucket when it is not there, also when two workers start at once', async () => {
      const stores = [
        createS3Store(settings({ bucket: 'made' })),
        createS3Store(settings({ bucket: 'made' })),
      ];
      await Promise.all(stores.map((one) => prepareStore(one, { prefix: '', emulated: false })));
      expect((await stores[0]?.head('_probe'))?.bytes).toBeGreaterThan(0);
      for (const one of stores) one.close();
    });

    it('says that the credentials are wrong when they are', async () => {
      const wrong = createS3Store(
        settings({ credentials: { ...server.credentials, secretAccessKey: 'not-the-secret' } }),
      );
      await expect(prepareStore(wrong, { prefix: '', emulated: false })).rejects.toMatchObject({
        code: 'store-unusable',
        message: expect.stringContaining('credentials'),
        remedy: expect.stringContaining('AWS_SECRET_ACCESS_KEY'),
      });
      await expect(wrong.get('job.json')).rejects.toMatchObject({ code: 'store-forbidden' });
      wrong.close();
    });

    // Last, since the server is another one afterwards.
    it('has every acknowledged object after its server was killed in the middle of writing', async () => {
      const prefix = `killed/${randomUUID()}/`;
      const acknowledged: string[] = [];
      let kill: Promise<string> | undefined;
      const writer = createS3Store(settings());
      await inBatches(
        Array.from({ length: 600 }, (_, index) => `${prefix}${index}`),
        32,
        async (key) => {
          if (acknowledged.length >= 200) kill ??= server.killAndRestart();
          const stored = await writer.putOnce(key, `body of ${key}`, text).catch(() => undefined);
          if (stored?.stored === true) acknowledged.push(key);
        },
      );
      writer.close();
      const endpoint = await kill;
      expect(endpoint).toBeDefined();
      expect(acknowledged.length).toBeLessThan(600);

      const reader = createS3Store(settings(endpoint === undefined ? {} : { endpoint }));
      await inBatches(acknowledged, 32, async (key) => {
        expect(decode((await reader.get(key))?.body)).toBe(`body of ${key}`);
      });
      expect(await reader.putOnce(acknowledged[0] ?? '', 'other bytes', text)).toMatchObject({
        stored: false,
      });
      reader.close();
    });
  });
}

async function readAll(store: ObjectStore, prefix: string): Promise<readonly ListedObject[]> {
  const found: ListedObject[] = [];
  for await (const object of store.list(prefix)) found.push(object);
  return found;
}

async function inBatches<Item>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  for (let at = 0; at < items.length; at += width) await Promise.all(items.slice(at, at + width).map(work));
}

function decode(body: Uint8Array | undefined): string {
  return Buffer.from(body ?? []).toString();
}

function sha256(body: string | Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}
