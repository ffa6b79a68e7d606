import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { startEmulator } from '../../src/emulator/index.ts';
import { temporaryFolder } from '../support/local-servers.ts';
import { createScan } from '../support/secret-scan.ts';

const key = 'sk_canary0123456789abcdef0123456789';

it('keeps in the journal of the emulator what was asked, and no key by whatever way it came', async () => {
  const folder = await temporaryFolder();
  const journalFile = join(folder.path, 'journal.jsonl');
  const emulator = await startEmulator({ keys: [{ name: 'canary', key }], journal: journalFile });
  const ask = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
    fetch(`${emulator.url}${path}`, { headers });
  const image = '/image/a%20bee?model=flux&width=64&height=48';
  const answers = [
    await ask(image, { authorization: `Bearer ${key}` }),
    await ask(image, { 'x-api-key': key }),
    await ask(`${image}&key=${key}`),
    await ask(`${image}&k%65y=${key}&seed=3`),
    await ask(`${image}&key=${encodeURIComponent(`${key}x`)}`),
  ];
  expect(answers.slice(0, 4).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  const kept = Buffer.concat([Buffer.from(JSON.stringify(emulator.journal())), await readFile(journalFile)]);
  await emulator.close();
  await folder.remove();
  expect(kept.toString()).toContain('a%20bee');
  expect(kept.toString()).toContain('=redacted&seed=3');
  expect(createScan([{ secret: key, name: 'the key' }])(kept)).toEqual([]);
});
