import type { DataFormat } from './job.ts';

const formats: Readonly<Record<string, DataFormat>> = {
  csv: 'csv',
  tsv: 'csv',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  json: 'json',
  yaml: 'yaml',
  yml: 'yaml',
  txt: 'text',
  text: 'text',
  md: 'text',
};

/** Whether a path names several files. */
export function isGlob(path: string): boolean {
  return /[*?]/.test(path);
}

/** The format that a path's extension tells; `undefined` for an unknown one. */
export function formatOf(path: string): DataFormat | undefined {
  const extension = /\.([A-Za-z0-9]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(formats, extension) ? formats[extension] : undefined;
}

/** Says why a path cannot name a file below the job's folder by its looks; `undefined` when it can. */
export function localPathProblem(path: string): string | undefined {
  if (path.trim() === '') return 'a path is not empty';
  if (/\p{Cc}/u.test(path)) return 'a path has no control characters';
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(path)) return 'files come from below the folder of the job';
  if (/^([/\\~]|[A-Za-z]:)/.test(path))
    return 'a path counts from the folder of the job, and is not absolute';
  if (path.includes('\\')) return 'a path has `/` between its parts';
  return path.split('/').includes('..') ? 'a path does not leave the folder of the job' : undefined;
}

/** Says why a source of rows cannot be read by its looks; `undefined` when it can. */
export function sourcePathProblem(path: string): string | undefined {
  if (!path.startsWith('s3://')) return localPathProblem(path);
  if (isGlob(path)) return 'an object is named by its whole key';
  return /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/[^\p{Cc}]+$/u.test(path)
    ? undefined
    : 'an object is named as s3://bucket/key';
}
