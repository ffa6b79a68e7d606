import type { ObjectStore } from '../storage/object-store.ts';
import { StoreError } from '../storage/store-error.ts';
import type { ItemRecord } from './record.ts';

/** Bytes of own writes kept for the page's sealing, so that it need not read them back. */
const REMEMBERED_BYTES = 32 * 1024 * 1024;

export interface Records {
  /**
   * Reads a record; `undefined` when the item has none.
   *
   * @throws StoreError `store-corrupt` when its bytes are none
   */
  read(key: string): Promise<ItemRecord | undefined>;
  /**
   * Writes a record where none is. The first writer wins: the record that counts is returned, ours or the one that was
   * there.
   */
  write(key: string, record: ItemRecord): Promise<ItemRecord>;
}

/** Item records in the store. They never change, so what this process wrote is remembered instead of read again. */
export function createRecords(store: ObjectStore): Records {
  const remembered = new Map<string, string>();
  let bytes = 0;

  function remember(key: string, json: string): void {
    remembered.set(key, json);
    bytes += json.length;
    for (const [oldest, text] of remembered) {
      if (bytes <= REMEMBERED_BYTES) return;
      remembered.delete(oldest);
      bytes -= text.length;
    }
  }

  return {
    async read(key) {
      const json = remembered.get(key);
      if (json !== undefined) return parseRecord(key, json);
      const object = await store.get(key);
      return object === undefined ? undefined : parseRecord(key, Buffer.from(object.body).toString('utf8'));
    },
    async write(key, record) {
      const json = JSON.stringify(record);
      const result = await store.putOnce(key, json, { contentType: 'application/json' });
      if (!result.stored) return parseRecord(key, Buffer.from(result.existing.body).toString('utf8'));
      remember(key, json);
      return record;
    },
  };
}

// The parser's own error would quote the bytes, which are a prompt's or an answer's.
function parseRecord(key: string, json: string): ItemRecord {
  try {
    return JSON.parse(json) as ItemRecord;
  } catch {
    throw new StoreError('store-corrupt', `${key} holds no record`);
  }
}
