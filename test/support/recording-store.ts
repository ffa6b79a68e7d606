import type { ObjectStore } from '../../src/storage/object-store.ts';

/** A store that notes which keys were written, in the order in which the writes were acknowledged. */
export interface RecordingStore extends ObjectStore {
  readonly writes: () => readonly string[];
}

/**
 * Notes the writes to a store.
 *
 * @param beforeWrite - is asked before each of them: what it throws is what the store answers
 */
export function recordWrites(
  store: ObjectStore,
  beforeWrite: (key: string) => void = () => {},
): RecordingStore {
  const writes: string[] = [];
  return {
    bucket: store.bucket,
    get: (key, options) => store.get(key, options),
    head: (key, options) => store.head(key, options),
    list: (prefix, options) => store.list(prefix, options),
    listFolders: (prefix, options) => store.listFolders(prefix, options),
    async copy(from, to, options) {
      const found = await store.copy(from, to, options);
      if (found) writes.push(to);
      return found;
    },
    async put(key, body, options) {
      beforeWrite(key);
      await store.put(key, body, options);
      writes.push(key);
    },
    async putOnce(key, body, options) {
      beforeWrite(key);
      const result = await store.putOnce(key, body, options);
      if (result.stored) writes.push(key);
      return result;
    },
    writes: () => writes,
  };
}
