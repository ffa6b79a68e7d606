import { createHash } from 'node:crypto';

import type { ListedObject, ObjectStore, PutOptions, StoredObject } from '../../src/storage/object-store.ts';

/** An object store in memory, for tests of pure decisions; servers are tested for real elsewhere. */
export interface MemoryStore extends ObjectStore {
  remove(key: string): Promise<void>;
  /** Keys in the order of their last write. */
  readonly keys: () => readonly string[];
  readonly text: (key: string) => string | undefined;
  /** `METHOD key` of every call so far. */
  readonly calls: () => readonly string[];
  /** Makes the next call of a kind throw. */
  failNext(call: 'get' | 'put' | 'putOnce' | 'remove', error: Error): void;
}

/** An empty store that keeps put-once as the real ones do. */
export function createMemoryStore(): MemoryStore {
  const objects = new Map<string, StoredObject>();
  const calls: string[] = [];
  const failures = new Map<string, Error>();

  function note(call: string, key: string): void {
    calls.push(`${call} ${key}`);
    const failure = failures.get(call);
    failures.delete(call);
    if (failure !== undefined) throw failure;
  }
  function store(key: string, body: Uint8Array | string, options: PutOptions): void {
    const bytes = Buffer.from(body as Uint8Array);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    objects.delete(key);
    objects.set(key, {
      body: bytes,
      contentType: options.contentType,
      metadata: { ...options.metadata, sha256 },
      etag: `"${sha256}"`,
    });
  }

  return {
    bucket: 'memory',
    async get(key) {
      note('get', key);
      return objects.get(key);
    },
    async head(key) {
      const object = objects.get(key);
      return object === undefined
        ? undefined
        : { metadata: object.metadata, contentType: object.contentType, bytes: object.body.byteLength };
    },
    async put(key, body, options) {
      note('put', key);
      store(key, body, options);
    },
    async putOnce(key, body, options) {
      note('putOnce', key);
      const existing = objects.get(key);
      if (existing === undefined) {
        store(key, body, options);
        return { stored: true };
      }
      return {
        stored: false,
        existing,
        same: Buffer.from(existing.body).equals(Buffer.from(body as Uint8Array)),
      };
    },
    async *list(prefix): AsyncGenerator<ListedObject> {
      for (const key of [...objects.keys()].sort()) {
        if (!key.startsWith(prefix)) continue;
        yield { key, bytes: objects.get(key)?.body.byteLength ?? 0, modified: new Date(0) };
      }
    },
    async listFolders(prefix) {
      note('listFolders', prefix);
      const below = [...objects.keys()].filter((key) => key.startsWith(prefix));
      const names = below.map((key) => key.slice(prefix.length).split('/'));
      return [...new Set(names.flatMap(([name = '', ...rest]) => (rest.length > 0 ? [name] : [])))].sort();
    },
    async copy(from, to, { contentType, metadata, sha256 }) {
      note('copy', from);
      const object = objects.get(from);
      if (object === undefined) return false;
      objects.set(to, { ...object, contentType, metadata: { ...metadata, sha256 } });
      return true;
    },
    async remove(key) {
      note('remove', key);
      objects.delete(key);
    },
    keys: () => [...objects.keys()],
    text: (key) => {
      const object = objects.get(key);
      return object === undefined ? undefined : Buffer.from(object.body).toString('utf8');
    },
    calls: () => calls,
    failNext: (call, error) => void failures.set(call, error),
  };
}
