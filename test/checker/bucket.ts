import { buffer } from 'node:stream/consumers';

import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import type { Readable } from 'node:stream';

/** Where a bucket is, and who may read it. */
export interface BucketAddress {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** A bucket as its server shows it, without the product's code in between. */
export interface Bucket {
  keys(prefix?: string): Promise<readonly string[]>;
  get(key: string): Promise<Buffer>;
  /** Every object below a folder, by its key below it. */
  folder(prefix: string): Promise<ReadonlyMap<string, Buffer>>;
  close(): void;
}

/** Objects that are read at once. */
const READS = 16;

/** Opens a bucket for reading. */
export function openBucket({ endpoint, region, bucket, credentials }: BucketAddress): Bucket {
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true, maxAttempts: 5 });

  const keys: Bucket['keys'] = async (prefix = '') => {
    const found: string[] = [];
    for await (const { Contents = [] } of paginateListObjectsV2(
      { client },
      { Bucket: bucket, Prefix: prefix },
    )) {
      for (const { Key } of Contents) if (Key !== undefined) found.push(Key);
    }
    return found;
  };
  const get: Bucket['get'] = async (key) => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return buffer(Body as Readable);
  };
  return {
    keys,
    get,
    async folder(prefix) {
      const left = [...(await keys(prefix))];
      const objects = new Map<string, Buffer>();
      const read = async (): Promise<void> => {
        for (let key = left.pop(); key !== undefined; key = left.pop()) {
          objects.set(key.slice(prefix.length), await get(key));
        }
      };
      await Promise.all(Array.from({ length: READS }, read));
      return objects;
    },
    close: () => client.destroy(),
  };
}
