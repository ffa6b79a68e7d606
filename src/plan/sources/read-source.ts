import { createHash } from 'node:crypto';

import type { DataFormat, DataSource, Select } from '../../manifest/job.ts';
import { formatOf, isGlob } from '../../manifest/local-path.ts';
import type { JobFiles } from '../job-files.ts';
import type { PlanSource } from '../plan.ts';
import { readCsv } from './csv.ts';
import { hashedBytes, type HashedFile } from './hashed-bytes.ts';
import { readJson } from './json.ts';
import { readJsonl } from './jsonl.ts';
import { SourceError, type Read } from './row.ts';
import { selectRows } from './select-rows.ts';
import { readTextFile, readTextLines } from './text.ts';
import { readYamlRows } from './yaml.ts';

type Reader = (stream: AsyncIterable<Uint8Array>, file: string) => AsyncGenerator<readonly Read[]>;

const readers: Readonly<Record<DataFormat, Reader>> = {
  csv: readCsv,
  jsonl: readJsonl,
  json: readJson,
  yaml: readYamlRows,
  text: readTextLines,
};

/**
 * Reads the rows of a source, some at a time, and says what it was read from once all of its bytes have been seen: also
 * those behind the last row that is picked, since they name the source's version.
 *
 * @throws SourceError, and what `files` throws
 */
export async function* readSource(
  source: DataSource,
  select: Select | undefined,
  files: JobFiles,
  note: (source: PlanSource) => void,
): AsyncGenerator<readonly Read[]> {
  const { rows, finish, close } = isFolder(source)
    ? openGlob(source, await files.match(source.path), files)
    : openFile(source, files);
  try {
    yield* select === undefined ? rows : selectRows(select, rows);
    note(await finish());
  } finally {
    await close();
  }
}

/** Whether a source is many files, each of them a row. */
export function isFolder({ path }: DataSource): boolean {
  return isGlob(path) && !path.startsWith('s3://');
}

interface OpenSource {
  readonly rows: AsyncGenerator<readonly Read[]>;
  /** Reads what nobody asked for, and tells what the source was. */
  readonly finish: () => Promise<PlanSource>;
  readonly close: () => Promise<void>;
}

function openFile({ path, format }: DataSource, files: JobFiles): OpenSource {
  const file = files.open(path);
  const bytes = hashedBytes(file);
  return {
    rows: readers[format ?? formatOf(path) ?? 'text'](bytes.stream, path),
    async finish() {
      const read = await bytes.finish();
      const version = file.version?.();
      return { path, ...read, ...(version === undefined ? {} : { version }) };
    },
    close: bytes.close,
  };
}

function openGlob({ path: glob }: DataSource, paths: readonly string[], files: JobFiles): OpenSource {
  const hash = createHash('sha256');
  let total = 0;
  let next = 0;
  const add = (path: string, { sha256, bytes }: HashedFile): void => {
    hash.update(`${sha256} ${path}\n`);
    total += bytes;
    next += 1;
  };
  async function* rows(): AsyncGenerator<readonly Read[]> {
    for (const [index, path] of paths.entries()) {
      const bytes = hashedBytes(files.open(path));
      try {
        const row = await readTextFile(bytes.stream, path, index + 1);
        add(path, await bytes.finish());
        yield [row];
      } catch (error) {
        if (error instanceof SourceError) error.file = path;
        throw error;
      } finally {
        await bytes.close();
      }
    }
  }
  return {
    rows: rows(),
    async finish() {
      for (const path of paths.slice(next)) add(path, await hashedBytes(files.open(path)).finish());
      return { path: glob, sha256: hash.digest('hex'), bytes: total, files: paths.length };
    },
    close: () => Promise.resolve(),
  };
}
