/**
 * What a person would write who wants the results as one file: every part and what it was asked for, read and parsed, and a line an
 * item. Runs as a process of its own, and prints how long it took and the most memory that it held.
 */
import { open } from 'node:fs/promises';

import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';

const [bucket = '', root = '', out = ''] = process.argv.slice(2);
const client = new S3Client({
  endpoint: process.env['S3_ENDPOINT'] ?? '',
  region: 'us-east-1',
  forcePathStyle: true,
});
const startedAt = performance.now();

async function keysOf(prefix: string): Promise<readonly string[]> {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
  return Contents.flatMap(({ Key }) => (Key?.endsWith('.jsonl') === true ? [Key] : []));
}
async function linesOf(key: string): Promise<readonly Record<string, unknown>[]> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const text = (await Body?.transformToString()) ?? '';
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

const [parts, pages] = [await keysOf(`${root}results/`), await keysOf(`${root}plan/`)];
const file = await open(out, 'w');
for (const [index, part] of parts.entries()) {
  const asked = new Map((await linesOf(pages[index] ?? '')).map((item) => [item['number'], item]));
  const lines = (await linesOf(part)).map((line) => ({ ...line, asked: asked.get(line['number']) }));
  await file.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}
await file.close();
client.destroy();
console.log(
  JSON.stringify({
    seconds: (performance.now() - startedAt) / 1_000,
    peakMb: process.resourceUsage().maxRSS / 1_024,
  }),
);
