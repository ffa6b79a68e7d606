import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { copyResults } from '../../src/commands/results/copy-results.ts';
import { openExport, type Exported } from '../../src/commands/results/export-lines.ts';
import { resultFormats } from '../../src/commands/results/result-formats.ts';
import { openFolderOf } from '../../src/commands/results/result-folder.ts';
import { writeResults } from '../../src/commands/results/results.ts';
import { datasetColumns, writeDataset } from '../../src/commands/results/write-dataset.ts';
import type { ColumnType } from '../../src/report/export/column.ts';
import { resultColumns } from '../../src/report/export/columns.ts';
import { runKeys } from '../../src/storage/keys.ts';
import { temporaryFolder } from '../support/local-servers.ts';
import { makeResults } from '../support/made-results.ts';
import { createMemoryStore, type MemoryStore } from '../support/memory-store.ts';
import { askReaders, findReaders } from '../support/readers.ts';
import { run, samplePageCode } from '../support/samples.ts';

const python = findReaders();
if (python === undefined)
  console.warn(
    'Results are not read back by pandas, DuckDB and datasets: `test/readers/prepare` makes them.',
  );

const ITEMS = 10_000;
const { root } = runKeys(run);

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: MemoryStore;
let exported: Exported;
let images: number;

describe.skipIf(python === undefined)('the results of 10,000 items', { timeout: 180_000 }, () => {
  beforeAll(async () => {
    folder = await temporaryFolder();
    store = createMemoryStore();
    const made = await makeResults(store, run, ITEMS);
    ({ images } = made);
    exported = await openExport(store, run, made.marker);
    await Promise.all(store.keys().map((key) => dump(key)));
  });
  afterAll(() => folder.remove());

  async function dump(key: string): Promise<void> {
    const file = join(folder.path, run.runId, key.slice(root.length));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, (await store.get(key))?.body ?? '');
  }

  const placeOf = (...names: readonly string[]): string => join(folder.path, ...names);

  it('are read back in every format as the run has them, row by row, by readers of others', async () => {
    const out = placeOf('out');
    for (const format of resultFormats) {
      await writeResults(store, exported, { format, withArtifacts: false }, out);
    }
    await copyResults(store, exported, placeOf('copies'), () => Promise.resolve(samplePageCode));
    const dataset = await openFolderOf(placeOf('out', run.runId, 'dataset/README.md'));
    expect(await writeDataset(store, exported, dataset, 6_000_000)).toEqual({
      rows: ITEMS,
      images,
      files: expect.any(Number),
    });
    const places = [run.runId, `out/${run.runId}`, `copies/${run.runId}`];
    const found = await askReaders(python ?? '', 'equal.py', ...places.map((name) => placeOf(name)));
    expect(JSON.parse(found)).toEqual({
      ...Object.fromEntries(everyItem.map((reader) => [reader, ITEMS])),
      'dataset, images': images,
    });
  });

  it('have the types that they should have, in Parquet and as a dataset', async () => {
    const place = placeOf('out', run.runId);
    const found = JSON.parse(
      await askReaders(
        python ?? '',
        'column_types.py',
        join(place, 'results.parquet'),
        join(place, 'dataset'),
      ),
    ) as Readonly<Record<'duckdb' | 'pandas' | 'values' | 'datasets', Readonly<Record<string, unknown>>>>;
    const parts: [keyof typeof found, Readonly<Record<ColumnType, string>>][] = [
      ['duckdb', duckdbTypes],
      ['datasets', datasetTypes],
    ];
    for (const [reader, types] of parts) {
      const wanted = reader === 'datasets' ? datasetColumns : resultColumns;
      const expected = wanted.map(({ name, type }) => [name, types[type]]);
      expect(Object.entries(found[reader]).slice(0, expected.length)).toEqual(expected);
    }
    expect(found.datasets['image']).toBe('image');
    for (const { name, type } of resultColumns) {
      // Whole numbers that an item may lack are floats to pandas, unless it is asked for Arrow's own.
      expect([name, found.values[name]]).toEqual([name, [expect.stringMatching(valueTypes[type])]]);
    }
    expect(found.pandas['started_at']).toBe('datetime64[ms, UTC]');
    expect(found.pandas['number']).toBe('int64');
  });
});

/** All that read one row for each item. */
const everyItem = [
  'jsonl',
  'csv',
  'parquet, PyArrow',
  'parquet, pandas',
  'parquet, DuckDB',
  'openai-batch',
  'files',
  'files, jsonl',
  'dataset, pandas',
  'dataset, datasets',
];

const duckdbTypes: Readonly<Record<ColumnType, string>> = {
  integer: 'BIGINT',
  text: 'VARCHAR',
  json: 'JSON',
  pollen: 'DECIMAL(18,8)',
  time: 'TIMESTAMP WITH TIME ZONE',
  boolean: 'BOOLEAN',
};

const datasetTypes: Readonly<Record<ColumnType, string>> = {
  integer: 'int64',
  text: 'string',
  json: 'string',
  pollen: 'decimal128(18, 8)',
  time: 'timestamp[ms, tz=UTC]',
  boolean: 'bool',
};

const valueTypes: Readonly<Record<ColumnType, RegExp>> = {
  integer: /^(int|float)$/,
  text: /^str$/,
  json: /^str$/,
  pollen: /^Decimal$/,
  time: /^Timestamp$/,
  boolean: /^bool$/,
};
