import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';

import type { DataFormat, Select } from '../../../src/manifest/job.ts';
import type { PlanSource } from '../../../src/plan/plan.ts';
import { readSource } from '../../../src/plan/sources/read-source.ts';
import { SourceError, type Read } from '../../../src/plan/sources/row.ts';
import { dataFiles } from '../../support/data-files.ts';
import { secondsOf, slowness } from '../../support/processor-time.ts';

interface Reading {
  readonly reads: readonly Read[];
  readonly sources: readonly PlanSource[];
}

async function read(
  path: string,
  content: string | Uint8Array,
  { format, select, piece }: { format?: DataFormat; select?: Select; piece?: number } = {},
): Promise<Reading> {
  return readAll(path, { [path]: content }, { select, piece, ...(format === undefined ? {} : { format }) });
}

async function readAll(
  path: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  {
    format,
    select,
    piece,
  }: { format?: DataFormat; select?: Select | undefined; piece?: number | undefined } = {},
): Promise<Reading> {
  const reads: Read[] = [];
  const sources: PlanSource[] = [];
  const source = { path, ...(format === undefined ? {} : { format }) };
  for await (const rows of readSource(source, select, dataFiles(files, piece), (each) =>
    sources.push(each),
  )) {
    reads.push(...rows);
  }
  return { reads, sources };
}

async function valuesOf(...given: Parameters<typeof read>): Promise<readonly unknown[]> {
  return (await read(...given)).reads.map((each) => (each.kind === 'row' ? each.values : each));
}

async function refusal(...given: Parameters<typeof read>): Promise<string> {
  const error: unknown = await read(...given).then(
    () => 'nothing was refused',
    (reason: unknown) => reason,
  );
  if (!(error instanceof SourceError)) throw error;
  return `${error.place.line}:${error.place.column}: ${error.code}: ${error.message}`;
}

describe('a table', () => {
  it('has a row a line, whatever its mark, its line ends and the pieces that it comes in', async () => {
    const rows = [
      { sku: 'a-1', name: 'lamp, "tall"\nand thin' },
      { sku: 'b-2', name: '' },
    ];
    for (const piece of [1, 3, 1_000]) {
      expect(
        await valuesOf('x.csv', '\uFEFFsku,name\r\na-1,"lamp, ""tall""\nand thin"\r\n\r\nb-2,\r\n', {
          piece,
        }),
      ).toEqual(rows);
    }
    expect(await valuesOf('x.csv', 'sku;name\na-1;"lamp, ""tall""\nand thin"\nb-2;')).toEqual(rows);
    expect(await valuesOf('x.csv', 'sku\tname\na-1\t"lamp, ""tall""\nand thin"\nb-2\t')).toEqual(rows);
  });

  it('knows the line that each row starts in, behind cells of several lines', async () => {
    const text = `a,b\n${'1,"x\ny\nz"\n'.repeat(40)}2,3\n`;
    for (const piece of [5, 64, 100_000]) {
      const { reads } = await read('x.csv', text, { piece });
      expect(reads.map(({ number, ...each }) => [number, each.kind === 'row' && each.line])).toEqual([
        ...Array.from({ length: 40 }, (_, index) => [index + 1, 2 + 3 * index]),
        [41, 122],
      ]);
    }
  });

  it('names the row that has a cell too few or too many, and reads on', async () => {
    expect(await valuesOf('x.csv', 'a,b\n1,2\n3\n4,5,6\n7,8\n')).toEqual([
      { a: '1', b: '2' },
      expect.objectContaining({ kind: 'fault', number: 2, line: 3, column: 2, code: 'data-invalid' }),
      expect.objectContaining({
        line: 4,
        column: 5,
        message: 'the row has 3 cells, and the first line names 2 columns',
      }),
      { a: '7', b: '8' },
    ]);
  });

  it('is read in time by its length, however long its cells', async () => {
    const cell = 'lorem, ipsum\n'.repeat(75_000);
    const start = performance.now();
    const values = await valuesOf('x.tsv', `a\n${`"${cell}"\n`.repeat(4)}`, { piece: 65_536 });
    expect(values.map((each) => (each as { a: string }).a === cell)).toEqual(Array(4).fill(true));
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  // How slow the machine is changes from one moment to the next, so that a measurement may be had again.
  it.each([
    ['a million names that are empty', () => ','.repeat(1_040_000), 'data-invalid'],
    ['half a million names that are the same', () => 'a,'.repeat(520_000), 'key-duplicate'],
    [
      '140,000 different names',
      () => Array.from({ length: 140_000 }, (_, index) => `c${index}`).join(','),
      undefined,
    ],
  ])('answers a first line of %s at once', { retry: 2, timeout: 60_000 }, async (_what, header, code) => {
    const text = `${header()}\n`;
    let error: unknown;
    const seconds = await secondsOf(async () => {
      error = await read('x.csv', text, { piece: 65_536 }).catch((reason: unknown) => reason);
    });
    const { code: found, others = [] } = error instanceof SourceError ? error : {};
    expect(found).toBe(code);
    expect(others.length).toBeLessThanOrEqual(100);
    if (seconds >= 1) expect(seconds).toBeLessThan(await slowness());
  });

  it('names the row whose quote never ends behind others of several blocks', async () => {
    const row = `"${'x\n'.repeat(10_000)}",1\n`;
    expect(await refusal('x.csv', `a,b\n${row.repeat(3)}"y,1\n2,3\n`, { piece: 65_536 })).toContain(
      '30005:1',
    );
  });

  it.each([
    ['a column twice', 'a,b,a\n', '1:5: key-duplicate'],
    ['a column without a name', 'a,,b\n', '1:3: data-invalid'],
    ['a column that reaches into the program', 'a,__proto__\n', '1:3: key-forbidden'],
    ['a quote that never ends', 'a,b\n1,2\n3,"4\n5,6\n', '3:1: data-invalid'],
    ['text behind a quote', 'a,b\n1,"2"x\n', '2:1: data-invalid'],
    ['a quote inside a cell', 'a,b\n1,2"x\n', '2:1: data-invalid'],
    ['nothing at all', '', '1:1: data-invalid'],
  ])('is refused with %s', async (_what, text, problem) => {
    expect(await refusal('x.csv', text)).toContain(problem);
  });
});

describe('JSON Lines', () => {
  it('have a map a line with its types, empty lines left out', async () => {
    expect(await valuesOf('x.jsonl', '{"a":1,"b":[true]}\r\n\n{"a":"é"}')).toEqual([
      { a: 1, b: [true] },
      { a: 'é' },
    ]);
  });

  it.each([
    ['{"a": x}', 7, 'data-invalid', 'unexpected "x"'],
    ['{"a" 1}', 6, 'data-invalid', "expected ':'"],
    ['{"a":1', 7, 'data-invalid', "expected ','"],
    ['[1]', 1, 'data-invalid', 'a row is a map'],
    ['{"__proto__":1}', 1, 'key-forbidden', '__proto__'],
    [String.raw`{"a":"\ud800"}`, 1, 'text-ill-formed', 'half'],
    ['{"a":12345678901234567890}', 1, 'number-inexact', 'digits'],
    ['{"a":1e999}', 1, 'number-not-finite', 'too large'],
    [`{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, 1, 'data-invalid', 'deeper'],
  ])('tell what is wrong with %.30s, and where', async (line, column, code, message) => {
    const [, fault, after] = await valuesOf('x.jsonl', `{}\n${line}\n{}`, { piece: 1_000 });
    expect(fault).toMatchObject({ kind: 'fault', number: 2, line: 2, column, code });
    expect((fault as { message: string }).message).toContain(message);
    expect(after).toEqual({});
  });

  it('end at a line of 100 MB without reading on', async () => {
    let read = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (; read < 400; read += 1) yield Buffer.alloc(262_144, 0x61);
    }
    const files = { open: () => endless(), match: () => Promise.resolve([]) };
    const reading = readSource({ path: 'x.jsonl' }, undefined, files, () => {});
    await expect(reading.next()).rejects.toThrow('longer than 1 MiB');
    expect(read).toBeLessThan(10);
  });
});

describe('other data', () => {
  it('is a list of JSON or YAML with the lines of its rows', async () => {
    const json = await read('x.json', '[\n  {"a": "],{"},\n  {\n "a": 2}\n]');
    expect(json.reads).toMatchObject([
      { line: 2, values: { a: '],{' } },
      { line: 3, values: { a: 2 } },
    ]);
    const yaml = await read('x.yaml', '- { a: 1 }\n-\n  a: [x]\n- 3\n');
    expect(yaml.reads).toMatchObject([
      { line: 1, values: { a: 1 } },
      { line: 3, values: { a: ['x'] } },
      { kind: 'fault', line: 4, code: 'data-invalid' },
    ]);
    expect(await refusal('x.json', '[{"a":1},\n {"a" 2}]')).toContain('2:7: data-invalid');
    expect(await refusal('x.json', '{"a":1}')).toContain('no list');
    expect(await refusal('x.yaml', '- { a: 1, a: 2 }')).toContain('1:11: key-duplicate');
  });

  it('is a list of JSON of 8 MiB at most, in rows of any length', async () => {
    const long = 'x'.repeat(6_000_000);
    expect(await valuesOf('x.json', `[{"a":"${long}\\\\"},\n{}]`, { piece: 65_536 })).toEqual([
      { a: `${long}\\` },
      {},
    ]);
    const start = performance.now();
    const { reads } = await read('x.json', `[${'{},\n'.repeat(1_000_000)}{}]`, { piece: 65_536 });
    expect(reads.at(-1)).toMatchObject({ number: 1_000_001, line: 1_000_001 });
    expect(await refusal('x.json', `[{"a":"${long}"}, x]`, { piece: 65_536 })).toBe(
      '1:1: data-invalid: the file is no JSON: unexpected "x"',
    );
    expect(performance.now() - start).toBeLessThan(10_000);
    const more = await refusal('x.json', `["${long}${long}"]`, { piece: 65_536 });
    expect(more).toContain('more than 8 MiB; write it as JSON Lines');
  });

  it('is a text, a line an item, or a folder of texts', async () => {
    expect(await valuesOf('x.txt', 'one\r\n\n  \nthree')).toEqual([{ text: 'one' }, { text: 'three' }]);
    const { reads, sources } = await readAll('texts/*.md', {
      'texts/b.md': 'B',
      'texts/a.md': 'A\n',
      'x.md': '',
    });
    expect(reads).toMatchObject([
      { number: 1, values: { text: 'A\n', file: 'texts/a.md', name: 'a' } },
      { number: 2, values: { text: 'B', file: 'texts/b.md', name: 'b' } },
    ]);
    expect(sources).toMatchObject([{ path: 'texts/*.md', bytes: 3, files: 2 }]);
  });

  it.each([
    ['UTF-16', Buffer.from('\uFEFFa,b', 'utf16le'), '1:1: file-encoding'],
    ['Latin 1', Buffer.from('a,b\n1,caf\xe9\n', 'latin1'), '2:6: file-encoding'],
    ['a NUL', Buffer.from('a,b\n1,\0\n'), '2:3: file-nul'],
  ])('is refused as %s', async (_what, bytes, problem) => {
    for (const path of ['x.csv', 'x.jsonl', 'x.txt', 'x.json', 'x.yaml']) {
      expect(await refusal(path, bytes, { piece: 1_000 })).toContain(problem);
    }
  });
});

describe('a selection', () => {
  const table = `n,kind\n${Array.from({ length: 20 }, (_, at) => `${at + 1},${at % 2 === 0 ? 'odd' : 'even'}`).join('\n')}\n`;
  const pick = async (select: Select): Promise<readonly number[]> =>
    (await read('x.csv', table, { select, piece: 16 })).reads.map(({ number }) => number);

  it('takes the range, of it what is equal, and of that the first', async () => {
    expect(await pick({ rows: [3, 5] })).toEqual([3, 4, 5]);
    expect(await pick({ rows: [3, 9], where: { kind: 'even' }, first: 2 })).toEqual([4, 6]);
    expect(await pick({ where: { n: 7 } })).toEqual([7]);
  });

  it('draws a sample by its seed, in the order of the file, that an inserted row hardly changes', async () => {
    const sample = await pick({ sample: { count: 5, seed: 1 } });
    expect(sample).toHaveLength(5);
    expect(sample).toEqual([...sample].sort((left, right) => left - right));
    expect(await pick({ sample: { count: 5, seed: 1 } })).toEqual(sample);
    expect(await pick({ sample: { count: 5, seed: 2 } })).not.toEqual(sample);
    const { reads } = await read('x.csv', table.replace('n,kind\n', 'n,kind\n99,odd\n'), {
      select: { sample: { count: 5, seed: 1 } },
    });
    const kept = reads.filter((row) => row.kind === 'row' && sample.includes(Number(row.values['n'])));
    expect(kept.length).toBeGreaterThanOrEqual(4);
  });

  it('names a column that no row has', async () => {
    await expect(pick({ where: { knd: 'odd' } })).rejects.toMatchObject({
      column: 'knd',
      known: ['n', 'kind'],
    });
  });

  it('leaves the digest that of the whole file, wherever it stops', async () => {
    const sha256 = createHash('sha256').update(table).digest('hex');
    for (const select of [{}, { first: 1 }, { rows: [2, 3] as const }, { where: { n: 2 }, first: 1 }]) {
      const { sources } = await read('x.csv', table, { select });
      expect(sources).toEqual([{ path: 'x.csv', sha256, bytes: table.length }]);
    }
  });
});
