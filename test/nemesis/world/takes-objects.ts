import { setTimeout as pause } from 'node:timers/promises';

import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

import type { BucketAddress } from '../../checker/bucket.ts';

/** Of no run: the checker looks at nothing that stands at the top of the bucket. */
const KEY = 'nemesis-was-here';
const LOOK_MS = 500;

/**
 * Whether a store takes an object within a time. One whose disk was full may go on to refuse everything although there is
 * room again, until it is started anew.
 */
export async function takesObjects(
  { endpoint, region, bucket, credentials }: BucketAddress,
  withinMs: number,
): Promise<boolean> {
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1 });
  const until = performance.now() + withinMs;
  try {
    for (;;) {
      const abortSignal = AbortSignal.timeout(5_000);
      const put = client.send(new PutObjectCommand({ Bucket: bucket, Key: KEY, Body: 'x' }), { abortSignal });
      if (await put.then(() => true).catch(() => false)) return true;
      if (performance.now() > until) return false;
      await pause(LOOK_MS);
    }
  } finally {
    client.destroy();
  }
}
