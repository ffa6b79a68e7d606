/**
 * What a person would write first: fetch, 64 at a time, and one PUT for each answer. No retries, no record of what was
 * done, no bill. Runs as a process of its own, and prints the milliseconds from its first call to its first and to its last
 * answer stored.
 */
import { readFile } from 'node:fs/promises';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { WireRequest } from '../../src/pollinations/dialects/dialect.ts';

const [file = '', base = '', bucket = '', prefix = '', concurrency = '64'] = process.argv.slice(2);
const width = Number(concurrency);
const key = process.env['POLLINATIONS_API_KEY'] ?? '';
const client = new S3Client({
  endpoint: process.env['S3_ENDPOINT'] ?? '',
  region: 'us-east-1',
  forcePathStyle: true,
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
  requestHandler: { httpAgent: { keepAlive: true, maxSockets: width } },
});
const calls = (await readFile(file, 'utf8'))
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as WireRequest);

const startedAt = performance.now();
let next = 0;
let first: number | undefined;
async function work(): Promise<void> {
  for (let index = next++; index < calls.length; index = next++) {
    const call = calls[index];
    if (call === undefined) return;
    const answer = await fetch(base + call.path, {
      method: call.method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(call.body === undefined ? {} : { body: call.body }),
    });
    if (!answer.ok) throw new Error(`call ${index}: ${answer.status}`);
    const body = await answer.text();
    const target = { Bucket: bucket, Key: `${prefix}/${index}.json`, ContentType: 'application/json' };
    await client.send(new PutObjectCommand({ ...target, Body: body }));
    first ??= performance.now() - startedAt;
  }
}
await Promise.all(Array.from({ length: width }, work));
client.destroy();
console.log(JSON.stringify({ first, last: performance.now() - startedAt }));
