/** Forms in which the results of a run are written as one file. */
export const resultFormats = ['jsonl', 'csv', 'parquet', 'openai-batch'] as const;

export type ResultFormat = (typeof resultFormats)[number];

/** Their files. */
export const resultFileNames: Readonly<Record<ResultFormat, string>> = {
  jsonl: 'results.jsonl',
  csv: 'results.csv',
  parquet: 'results.parquet',
  'openai-batch': 'openai-batch.jsonl',
};
