import { mapAhead } from '../../at-once.ts';
import type { Marker } from '../../records/run-store.ts';
import { openaiBatchLine } from '../../report/openai-batch-line.ts';
import type { ResultLine } from '../../report/result-line.ts';
import { runKeys, type RunLocation } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { checked, readChecked, readParts } from './read-results.ts';

/** Results that are read at once; pictures are whole in memory. */
const READS = 8;

/**
 * Streams the results of an ended run as the lines of an output file of OpenAI's Batch API, in the job's order; every
 * sha256 that the results name is checked.
 *
 * @throws PollenBatchError `store-unusable` when an object is missing, damaged or not the run's
 */
export async function* openaiBatchLines(
  store: ObjectStore,
  run: RunLocation,
  marker: Marker,
): AsyncGenerator<Uint8Array> {
  const { root } = runKeys(run);
  const toText = async (line: ResultLine): Promise<string> =>
    `${JSON.stringify(openaiBatchLine(run.runId, line, await bytesOf(store, root, line)))}\n`;
  for await (const { lines } of readParts(store, root, marker)) {
    for await (const text of mapAhead(lines, READS, toText)) yield Buffer.from(text);
  }
}

async function bytesOf(store: ObjectStore, root: string, line: ResultLine): Promise<Uint8Array | undefined> {
  if (line.status !== 'succeeded') return undefined;
  const { artifact, sha256 } = line;
  if (artifact !== undefined) return readChecked(store, artifact.key, { root, sha256 });
  return line.text === undefined
    ? undefined
    : checked(Buffer.from(line.text), `the text of ${line.id}`, sha256);
}
