import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { validate } from '../../../src/commands/job/validate.ts';
import { temporaryFolder } from '../../support/local-servers.ts';

it('tells once of a data file whose format nobody can tell', async () => {
  const { path: folder } = await temporaryFolder();
  const file = join(folder, 'job.yaml');
  await writeFile(join(folder, 'r.xlsx'), Uint8Array.of(0x50, 0x4b, 0xff, 0xfe));
  await writeFile(file, 'version: 1\nitems: [{ from: r.xlsx, text: "{{ row.a }}" }]\n');
  expect(await validate([file])).toMatchObject([{ problems: [{ code: 'source-path', line: 2 }] }]);
});

it('checks the files behind one that is not there', async () => {
  const { path: folder } = await temporaryFolder();
  const [none, right] = [join(folder, 'none.yaml'), join(folder, 'right.yaml')];
  await writeFile(right, 'version: 1\nitems: [{ text: a }]\n');
  expect(await validate([none, right])).toMatchObject([
    { file: none, problems: [{ code: 'file-unreadable', line: 1, column: 1 }] },
    { file: right, items: 1 },
  ]);
});
