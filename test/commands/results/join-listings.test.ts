import { expect, it } from 'vitest';

import { joinListings } from '../../../src/commands/results/join-listings.ts';
import type { ListedObject } from '../../../src/storage/object-store.ts';

async function* listing(root: string, sizes: Readonly<Record<string, number>>): AsyncGenerator<ListedObject> {
  for (const [name, bytes] of Object.entries(sizes))
    yield { key: `${root}${name}`, bytes, modified: new Date(0) };
}

it('shows what is there beside what is here, whatever else is there', async () => {
  const here = listing('a/', { _FAILED: 1, 'items/1': 2, 'items/2': 3, 'job.json': 4 });
  const there = listing('z/b/', { A: 9, 'items/0': 9, 'items/2': 3, 'job.json': 5, zzz: 9 });
  const joined = [];
  for await (const object of joinListings(here, 'a/', there, 'z/b/')) joined.push(object);
  expect(joined).toEqual([
    { name: '_FAILED', bytes: 1 },
    { name: 'items/1', bytes: 2 },
    { name: 'items/2', bytes: 3, bytesThere: 3 },
    { name: 'job.json', bytes: 4, bytesThere: 5 },
  ]);
});
