import type { SchemaElement } from 'hyparquet-writer';

import { AMOUNT_PLACES } from '../../pollen/amount.ts';
import type { Cell, Column, ColumnType } from './column.ts';
import type { ExportLine } from './export-line.ts';
import { jsonText, wholeJson } from './json-line.ts';
import type { ParquetColumn } from './parquet.ts';

/** Digits of an amount of Pollen: what 64 bits hold. The writer refuses one that has more. */
const AMOUNT_DIGITS = 18;

type Element = Omit<SchemaElement, 'name' | 'repetition_type'>;

const elements: Readonly<Record<ColumnType, Element>> = {
  integer: { type: 'INT64' },
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  json: { type: 'BYTE_ARRAY', converted_type: 'JSON', logical_type: { type: 'JSON' } },
  pollen: { type: 'INT64', converted_type: 'DECIMAL', precision: AMOUNT_DIGITS, scale: AMOUNT_PLACES },
  // Not every reader takes the older of the two names for a time in UTC.
  time: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MILLIS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
  },
  boolean: { type: 'BOOLEAN' },
};

/**
 * A column of the results as one of a Parquet file: amounts are exact decimals of eight places, times milliseconds in UTC.
 *
 * @param json - how JSON is typed: as such, or as the text that it is for readers that know no more
 */
export function parquetColumn(
  { name, type, isRequired, cell }: Column,
  json: 'json' | 'text' = 'json',
): ParquetColumn<ExportLine> {
  const element = type === 'json' ? elements[json] : elements[type];
  return {
    name,
    schema: [{ name, repetition_type: isRequired ? 'REQUIRED' : 'OPTIONAL', ...element }],
    valueOf: (line) => valueOf(type, cell(line), json),
    // Its least and greatest value would stand whole in the footer, and tell nothing.
    ...(type === 'json' ? { storage: { statistics: false } } : {}),
  };
}

function valueOf(type: ColumnType, cell: Cell, json: 'json' | 'text'): unknown {
  if (cell === undefined) return undefined;
  if (type === 'time') return new Date(cell as string);
  if (type === 'integer') return BigInt(Math.round(cell as number));
  if (typeof cell !== 'object') return cell;
  return json === 'text' ? jsonText(cell) : wholeJson(cell);
}
