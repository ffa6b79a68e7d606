import { randomUUID } from 'node:crypto';
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { temporaryFolder } from '../support/local-servers.ts';
import { createScan, scanFolder } from '../support/secret-scan.ts';

const keys = Array.from({ length: 300 }, () => `sk_canary${randomUUID().replaceAll('-', '')}`);
const other = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwQ5xJ3sNvGmA=';
const scan = createScan([
  ...keys.map((secret, index) => ({ secret, name: `key ${index}` })),
  { secret: other, name: 'the signing secret' },
]);
const key = keys[123] ?? '';

const forms: readonly (readonly [string, (text: string) => Buffer])[] = [
  ['as it is', (text) => Buffer.from(text)],
  ['in hex', (text) => Buffer.from(Buffer.from(text).toString('hex'))],
  ['in upper-case hex', (text) => Buffer.from(Buffer.from(text).toString('hex').toUpperCase())],
  ['in UTF-16', (text) => Buffer.from(text, 'utf16le')],
  [
    'escaped for URLs to the last character',
    (text) => Buffer.from(Buffer.from(text).toString('hex').replaceAll(/../gu, '%$&')),
  ],
  ...['', 'a', 'ab'].map(
    (before) =>
      [
        `in base64 after ${before.length} bytes`,
        (text: string) => Buffer.from(Buffer.from(`${before}${text}:x`).toString('base64')),
      ] as const,
  ),
  ['packed by gzip', (text) => gzipSync(`{"key":"${text}"}`)],
];

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

describe('the search for keys in what tests have written', () => {
  it.each(forms)('finds one of 300 keys, and a secret of another kind, %s', (_form, encode) => {
    const around = Buffer.from('some text before it \u0000\u0001');
    for (const [secret, name] of [
      [key, 'key 123'],
      [other, 'the signing secret'],
    ] as const) {
      const found = scan(Buffer.concat([around, encode(secret), around]));
      expect(found).toEqual([expect.stringMatching(new RegExp(`^${name}, `))]);
      expect(found.join()).not.toContain(secret);
    }
  });

  it('finds a key that was cut off, and no other word that begins like one', () => {
    expect(scan(Buffer.from(`${key.slice(0, 18)}…`))).toEqual(['key 123, as it is']);
    expect(scan(Buffer.from('sk_canary is what a key of tests begins with'))).toEqual([]);
  });

  it(
    'finds it in any file of a folder, wherever in a file that is read in parts',
    { timeout: 60_000 },
    async () => {
      const file = join(folder.path, 'deep', 'below', 'long.db');
      await mkdir(join(folder.path, 'deep', 'below'), { recursive: true });
      // Across the border of two parts.
      await writeFile(file, Buffer.alloc((64 << 20) - 10));
      await appendFile(file, `${key} and the rest`);
      await writeFile(join(folder.path, 'credentials.json'), key);
      const all = await scanFolder(folder.path, scan);
      expect(all).toEqual([
        expect.stringContaining('credentials.json: key 123'),
        `${file}: key 123, as it is`,
      ]);
      const most = await scanFolder(folder.path, scan, (path) => path.endsWith('credentials.json'));
      expect(most).toEqual([`${file}: key 123, as it is`]);
    },
  );
});
