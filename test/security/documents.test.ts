import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect, it } from 'vitest';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const tests = new Set(
  readdirSync(`${repository}/test`, { recursive: true, encoding: 'utf8' }).map((path) => basename(path)),
);

it.each(['SECURITY.md', 'docs/operations.md', 'docs/proof.md'])(
  'names in %s tests that are there',
  (name) => {
    const text = readFileSync(`${repository}/${name}`, 'utf8');
    const named = [...text.matchAll(/`(?:test\/)?([\w/.-]+\.ts)`/g)].map(([, path = '']) => basename(path));
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((file) => !tests.has(file))).toEqual([]);
  },
);
