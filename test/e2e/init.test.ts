import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createDesk, repository, type Desk } from './product.ts';

let desk: Desk;
beforeAll(async () => {
  desk = await createDesk();
});
afterAll(async () => desk[Symbol.asyncDispose]());

const read = (...path: readonly string[]): Promise<string> => readFile(join(desk.folder, ...path), 'utf8');

describe('init', { timeout: 60_000 }, () => {
  it('writes a job that is right, by the name of its file, with the schema that its first line names', async () => {
    const { code, stderr } = await desk.run('init', 'shop/first-try.yaml');
    expect([code, stderr]).toEqual([
      0,
      'Wrote shop/first-try.yaml, shop/job.schema.json.\nNext: `pollen-batch validate shop/first-try.yaml`, then `pollen-batch run shop/first-try.yaml`.\n',
    ]);
    const text = await read('shop/first-try.yaml');
    expect(text).toContain('$schema=./job.schema.json');
    expect(text).toContain('\nname: first-try\n');
    expect((await desk.run('validate', 'shop/first-try.yaml')).code).toBe(0);
  });

  it('copies an example with its data', async () => {
    expect((await desk.run('init', '--example', 'catalogue')).code).toBe(0);
    expect(await read('catalogue.yaml')).toBe(
      await readFile(join(repository, 'jobs/catalogue.yaml'), 'utf8'),
    );
    expect(await readdir(join(desk.folder, 'catalogue'))).toEqual(['products.csv']);
    expect((await desk.run('validate', 'catalogue.yaml')).code).toBe(0);
  });

  it('writes over nothing unless it is told to', async () => {
    await writeFile(join(desk.folder, 'mine.yaml'), 'mine');
    const refused = await desk.run('init', 'mine.yaml');
    expect([refused.code, refused.stderr]).toEqual([
      2,
      'usage: mine.yaml is there already\nGive another path, or write over it with --force.\n',
    ]);
    expect(await read('mine.yaml')).toBe('mine');
    expect((await desk.run('init', 'mine.yaml', '--force')).code).toBe(0);
    expect(await read('mine.yaml')).toContain('version: 1');
  });

  it('lists the examples, and names them to who asks for another', async () => {
    const { stdout } = await desk.run('init', '--list');
    const files = (await readdir(join(repository, 'jobs'))).filter((name) => /\.(yaml|jsonl)$/.test(name));
    const names = files.map((name) => name.replace(/\.\w+$/, ''));
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[0]),
    ).toEqual(names);
    const refused = await desk.run('init', '--example', 'nothing');
    expect([refused.code, refused.stderr]).toEqual([
      2,
      `not-found: there is no example "nothing"\nThe examples: ${names.join(', ')}.\n`,
    ]);
  });
});
