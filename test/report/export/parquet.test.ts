import { expect, it } from 'vitest';

import { resultColumns } from '../../../src/report/export/columns.ts';
import { exportLine, type ExportLine } from '../../../src/report/export/export-line.ts';
import { resultsParquet } from '../../../src/report/export/results-parquet.ts';
import { succeeded } from '../../support/samples.ts';

const MB = 1024 * 1024;

async function* lines(count: number, text: string): AsyncGenerator<ExportLine> {
  for (let number = 1; number <= count; number += 1)
    yield exportLine(succeeded({ number, text }), undefined, 4);
}

async function chunksOf(rows: AsyncIterable<ExportLine>): Promise<readonly Buffer[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of resultsParquet(resultColumns, rows)) chunks.push(Buffer.from(chunk));
  return chunks;
}

it('is whole without a row', async () => {
  const file = Buffer.concat(await chunksOf(lines(0, '')));
  expect([file.subarray(0, 4).toString(), file.subarray(-4).toString()]).toEqual(['PAR1', 'PAR1']);
});

it('comes group by group, by rows and by bytes, so that long texts do not pile up', async () => {
  // The last chunk is the footer.
  expect(await chunksOf(lines(12_000, 'short'))).toHaveLength(4);
  let made = 0;
  async function* counted(): AsyncGenerator<ExportLine> {
    for await (const line of lines(40, 'x'.repeat(MB))) {
      made += 1;
      yield line;
    }
  }
  const chunks = resultsParquet(resultColumns, counted());
  await chunks.next();
  expect(made).toBeLessThan(10);
  await chunks.return(undefined);
});

it('refuses an amount that it cannot hold, in place of writing another one', async () => {
  const unknown = { count: 0, atMost: '0' };
  const line = (settled: string) => exportLine(succeeded({ cost: { settled, unknown } }), undefined, 4);
  async function* one(settled: string): AsyncGenerator<ExportLine> {
    yield line(settled);
  }
  await expect(chunksOf(one('9999999999.99999999'))).resolves.toHaveLength(2);
  await expect(chunksOf(one('92233720368.54775808'))).rejects.toThrow(RangeError);
});
