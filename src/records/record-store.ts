import type { ObjectStore } from '../storage/object-store.ts';
import { StoreError } from '../storage/store-error.ts';
import type { ItemRecord } from './record.ts';

/** Bytes of own writes kept for the page's sealing, so that it need not read them back. */
const REMEMBERED_BYTES = 32 * 1024 * 1024;

/** A record, with the small picture that was kept beside it: WebP in base64. */
export interface KeptRecord {
  readonly record: ItemRecord;
  readonly thumbnail?: string;
}

export interface Records {
  /**
   * Reads a record; `undefined` when the item has none.
   *
   * @throws StoreError `store-corrupt` when its bytes are none
   */
  read(key: string): Promise<ItemRecord | undefined>;
  /** The same, with its thumbnail. */
  readKept(key: string): Promise<KeptRecord | undefined>;
  /**
   * Writes a record where none is. The first writer wins: the record that counts is returned, ours or the one that was
   * there.
   *
   * @param thumbnail - of the image that it names
   */
  write(key: string, record: ItemRecord, thumbnail?: string): Promise<ItemRecord>;
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

  async function readKept(key: string): Promise<KeptRecord | undefined> {
    const json = remembered.get(key);
    if (json !== undefined) return parseRecord(key, json);
    const object = await store.get(key);
    return object === undefined ? undefined : parseRecord(key, Buffer.from(object.body).toString('utf8'));
  }
  return {
    readKept,
    read: async (key) => (await readKept(key))?.record,
    async write(key, record, thumbnail) {
      const json = JSON.stringify(thumbnail === undefined ? record : { ...record, thumbnail });
      const result = await store.putOnce(key, json, { contentType: 'application/json' });
      if (!result.stored) return parseRecord(key, Buffer.from(result.existing.body).toString('utf8')).record;
      remember(key, json);
      return record;
    },
  };
}

// The parser's own error would quote the bytes, which are a prompt's or an answer's.
function parseRecord(key: string, json: string): KeptRecord {
  try {
    return withoutThumbnail(JSON.parse(json) as ItemRecord & Pick<KeptRecord, 'thumbnail'>);
  } catch {
    throw new StoreError('store-corrupt', `${key} holds no record`);
  }
}

/** Parts what an object holds into the record, as everything else has it, and its thumbnail. */
export function withoutThumbnail<Kept extends ItemRecord>(
  stored: Kept & Pick<KeptRecord, 'thumbnail'>,
): { readonly record: Kept; readonly thumbnail?: string } {
  const { thumbnail, ...record } = stored;
  return { record: record as unknown as Kept, ...(thumbnail === undefined ? {} : { thumbnail }) };
}
