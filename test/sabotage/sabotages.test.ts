import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

import { sabotages } from './sabotages.ts';

const repository = new URL('../../', import.meta.url);

it.each(sabotages)('can still be done: $title', async ({ file, from }) => {
  const text = await readFile(fileURLToPath(new URL(file, repository)), 'utf8');
  expect(text.split(from)).toHaveLength(2);
});
