import { access, copyFile, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { PollenBatchError } from '../../errors.ts';
import { isName } from '../../manifest/schema.ts';

/** An example job that comes with the program. */
export interface Example {
  readonly name: string;
  /** What it is for, in its own words. */
  readonly description: string;
}

export interface InitOptions {
  /** @default quickstart */
  readonly example?: string;
  /** Path of the new job file. @default the example's name in the working directory, or `job.yaml` */
  readonly file?: string;
  /** Writes over files that are there. */
  readonly force: boolean;
}

const SCHEMA = 'job.schema.json';
const FIRST = 'quickstart';

/** Where the examples are, in a clone and in the package alike. */
const jobs = fileURLToPath(new URL('../../../jobs', import.meta.url));

/** The examples that come with the program. */
export async function listExamples(): Promise<readonly Example[]> {
  const files = (await readdir(jobs)).filter((file) => /\.(yaml|jsonl)$/.test(file));
  return Promise.all(
    files.sort().map(async (file) => ({
      name: file.replace(/\.\w+$/, ''),
      description: descriptionIn(await readFile(join(jobs, file), 'utf8')),
    })),
  );
}

/**
 * Writes a job file to begin with, an example's data beside it, and the schema by which editors know its keys.
 *
 * @returns the paths that were written, the job file first
 * @throws PollenBatchError `not-found` when there is no such example, `usage` when a file is there already
 */
export async function init({ example, file, force }: InitOptions): Promise<readonly string[]> {
  const source = await findExample(example ?? FIRST);
  const target = file ?? (example === undefined ? 'job.yaml' : source);
  const folder = dirname(target);
  const data = join(jobs, source.replace(/\.\w+$/, ''));
  const dataTarget = join(folder, basename(data));
  if (isLines(target) !== isLines(source)) {
    throw new PollenBatchError(
      'usage',
      `the example is a ${extname(source)} file, and ${target} would be read as another`,
      {
        remedy: `Give it a name that ends in ${extname(source)}.`,
      },
    );
  }
  const hasData = await isThere(data);
  if (!force) for (const path of hasData ? [target, dataTarget] : [target]) await refuseExisting(path);

  const isYaml = source.endsWith('.yaml');
  if (isYaml && !force) await refuseForeignSchema(join(folder, SCHEMA));

  await mkdir(folder, { recursive: true });
  const text = await readFile(join(jobs, source), 'utf8');
  await writeFile(target, renamed(text, target));
  if (hasData) await cp(data, dataTarget, { recursive: true });
  // The schema is ours, and goes with this version of the program.
  if (isYaml) await copyFile(join(jobs, SCHEMA), join(folder, SCHEMA));
  return [target, ...(hasData ? [dataTarget] : []), ...(isYaml ? [join(folder, SCHEMA)] : [])];
}

/** Whether a file is read line by line, as one of OpenAI's Batch API. */
function isLines(file: string): boolean {
  return /\.(jsonl|ndjson)$/i.test(file);
}

// One of an earlier version of ours is written over; another file by that name may be somebody's own.
async function refuseForeignSchema(path: string): Promise<void> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text !== undefined && !text.includes('"A pollen-batch job"')) await refuseExisting(path);
}

async function findExample(name: string): Promise<string> {
  const files = await readdir(jobs);
  const found = files.find((file) => file === `${name}.yaml` || file === `${name}.jsonl`);
  if (found !== undefined) return found;
  const names = (await listExamples()).map((example) => example.name).join(', ');
  throw new PollenBatchError('not-found', `there is no example ${JSON.stringify(name)}`, {
    remedy: `The examples: ${names}.`,
  });
}

async function refuseExisting(path: string): Promise<void> {
  if (!(await isThere(path))) return;
  throw new PollenBatchError('usage', `${path} is there already`, {
    remedy: 'Give another path, or write over it with --force.',
  });
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** A job goes by its file's name unless it says otherwise. */
function renamed(text: string, target: string): string {
  const name = basename(target).replace(/\.\w+$/, '');
  return isName(name) ? text.replace(/^name: .*$/m, `name: ${name}`) : text;
}

function descriptionIn(text: string): string {
  return /^description: (.*)$/m.exec(text)?.[1] ?? 'Requests in the form of OpenAI Batch.';
}
