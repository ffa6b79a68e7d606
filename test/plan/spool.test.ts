import { readdir } from 'node:fs/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { openSpool, type Spool } from '../../src/plan/spool.ts';
import { temporaryFolder } from '../support/local-servers.ts';

const spools: Spool[] = [];
const open = (): Spool => {
  const spool = openSpool();
  spools.push(spool);
  return spool;
};
afterEach(() => {
  for (const spool of spools.splice(0)) spool.close();
});

describe('a spool', () => {
  it('gives back what was put in, short and long, while more is put in', () => {
    const spool = open();
    const texts = [
      '',
      'a',
      'Bienen 🐝',
      'x'.repeat(700_000),
      'y'.repeat(2_500_000),
      'z'.repeat(500_000),
      'b',
    ];
    const kept = texts.map((text) => ({ text, stretch: spool.append(text) }));
    for (const { text, stretch } of kept) expect(spool.read(stretch).toString('utf8')).toBe(text);
    const last = spool.append('after');
    expect(spool.read(last).toString('utf8')).toBe('after');
    expect(spool.read(kept[2]?.stretch ?? last).toString('utf8')).toBe('Bienen 🐝');
  });

  it('has no name on the disk', async () => {
    const folder = await temporaryFolder();
    vi.stubEnv('TMPDIR', folder.path);
    try {
      open().append('a secret prompt');
      expect(await readdir(folder.path)).toEqual([]);
    } finally {
      vi.unstubAllEnvs();
      await folder.remove();
    }
  });
});
