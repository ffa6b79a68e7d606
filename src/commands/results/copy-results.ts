import { mapAhead } from '../../at-once.ts';
import type { StepResult } from '../../records/record.ts';
import type { ResultLine } from '../../report/result-line.ts';
import { runKeys, type RunLocation } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import type { Marker } from '../../records/run-store.ts';
import { checked, readChecked, readParts, unusable } from './read-results.ts';
import { openResultFolder, type ResultFolder } from './result-folder.ts';

const COPIES = 16;

/** What became of the files of a run. */
export interface CopiedResults {
  /** The run's folder. */
  readonly folder: string;
  /** Texts and images that were copied now. */
  readonly copied: number;
  /** Texts and images that were there already, with the right bytes. */
  readonly kept: number;
}

/**
 * Copies an ended run to a folder of this machine: results, bill, report, errors, and every text and image as a file of
 * its own. Every sha256 that the run's marker and results name is checked; files that are there already with the right
 * bytes are kept, so that a copy that was interrupted goes on. Whatever the bucket says, nothing outside the run's
 * objects is read, and nothing outside its folder written.
 *
 * @param out - the run gets a folder of its own name below it
 * @throws PollenBatchError `store-unusable` when an object is missing, damaged or not the run's, `usage` when the folder
 * cannot be written to
 */
export async function copyResults(
  store: ObjectStore,
  run: RunLocation,
  marker: Marker,
  out: string,
): Promise<CopiedResults> {
  const keys = runKeys(run);
  const folder = await openResultFolder(out, run.runId);
  const items = await folder.folder('items');
  let copied = 0;
  let kept = 0;

  async function* results(): AsyncGenerator<Uint8Array> {
    for await (const { body, lines } of readParts(store, keys.root, marker)) {
      const files = lines.flatMap(filesOf);
      for await (const outcome of mapAhead(files, COPIES, (file) =>
        copyFile(store, keys.root, file, items),
      )) {
        if (outcome === 'copied') copied += 1;
        else kept += 1;
      }
      yield body;
    }
  }
  // Gets its name once all items are there; what is told of them follows.
  await folder.write('results.jsonl', results());
  const digests = new Map(marker.files?.map((file) => [file.key, file.sha256]));
  for (const key of [keys.report, keys.bill, keys.errors]) {
    await folder.write(nameOf(key), [
      await readChecked(store, key, { root: keys.root, sha256: digests.get(key) }),
    ]);
  }
  return { folder: folder.path, copied, kept };
}

/** A result as a file of its own. */
interface ResultFile {
  readonly name: string;
  readonly sha256: string | undefined;
  /** Where its bytes are: in the line, or in an object. */
  readonly content: { readonly text: string } | { readonly key: string };
}

async function copyFile(
  store: ObjectStore,
  root: string,
  { name, sha256, content }: ResultFile,
  folder: ResultFolder,
): Promise<'copied' | 'kept'> {
  if (sha256 !== undefined && (await folder.has(name, sha256))) return 'kept';
  const body =
    'text' in content
      ? checked(Buffer.from(content.text), `the text of ${name}`, sha256)
      : await readChecked(store, content.key, { root, sha256 });
  await folder.write(name, [body]);
  return 'copied';
}

// What an item answered, and what each of its steps did: those too of an item that came to no good end.
function filesOf(line: ResultLine): readonly ResultFile[] {
  const steps = (line.steps ?? []).filter(({ status }) => status === 'succeeded');
  return [
    ...(line.status === 'succeeded' ? [fileOf(line, [], line)] : []),
    ...steps.map((step) =>
      fileOf(line, [step.step, ...(step.index === undefined ? [] : [String(step.index)])], step),
    ),
  ];
}

// Number and id, the step, and an extension of ours. The line comes from the bucket, so what it names is looked at first.
function fileOf(
  { number, id }: ResultLine,
  step: readonly string[],
  { text = '', json, artifact, sha256 }: Partial<Pick<StepResult, 'text' | 'json' | 'artifact' | 'sha256'>>,
): ResultFile {
  const stored = artifact === undefined ? (json === true ? '.json' : '.txt') : safeName(nameOf(artifact.key));
  const extension = stored.slice(stored.lastIndexOf('.') + 1);
  const name = safeName([`${String(number).padStart(7, '0')}-${id}`, ...step, extension].join('.'));
  return { name, sha256, content: artifact === undefined ? { text } : { key: artifact.key } };
}

function safeName(name: string): string {
  if (/^\d{7,12}-[A-Za-z0-9][A-Za-z0-9._-]{0,180}$/.test(name)) return name;
  throw unusable(`the results name a file that is none of theirs: ${JSON.stringify(name)}`);
}

function nameOf(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1);
}
