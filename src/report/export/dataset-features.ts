import type { Column, ColumnType } from './column.ts';

/** The column that holds pictures: a struct of their bytes and the name of their file. */
export const IMAGE = 'image';

const dtypes: Readonly<Record<ColumnType, string>> = {
  integer: 'int64',
  text: 'string',
  json: 'string',
  pollen: 'decimal128(18, 8)',
  time: 'timestamp[ms, tz=UTC]',
  boolean: 'bool',
};

/** A column as the card of a dataset has it. */
export interface CardFeature {
  readonly name: string;
  readonly dtype: string;
}

/** The columns for the card of a dataset. Names may be anybody's. */
export function cardFeatures(columns: readonly Column[], hasImages: boolean): readonly CardFeature[] {
  return [
    ...columns.map(({ name, type }) => ({ name, dtype: dtypes[type] })),
    ...(hasImages ? [{ name: IMAGE, dtype: 'image' }] : []),
  ];
}

/**
 * Metadata of a Parquet file by which Hugging Face's `datasets` knows the types of its columns, pictures above all:
 * https://github.com/huggingface/datasets/blob/main/src/datasets/features/features.py (`arrow_schema`)
 */
export function featureMetadata(
  columns: readonly Column[],
  hasImages: boolean,
): { readonly huggingface: string } {
  const features = cardFeatures(columns, hasImages).map(({ name, dtype }) => [
    name,
    dtype === 'image' ? { _type: 'Image' } : { dtype, _type: 'Value' },
  ]);
  return { huggingface: JSON.stringify({ info: { features: Object.fromEntries(features) } }) };
}
