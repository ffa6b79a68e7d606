import { mapAhead } from '../../at-once.ts';
import { jsonLine } from '../../report/export/json-line.ts';
import { openaiBatchLine } from '../../report/openai-batch-line.ts';
import type { ResultLine } from '../../report/result-line.ts';
import { runKeys } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import type { Exported } from './export-lines.ts';
import { checked, readChecked } from '../../report/read-results.ts';

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
  exported: Pick<Exported, 'run' | 'lines'>,
): AsyncGenerator<Uint8Array> {
  const { runId } = exported.run;
  const { root } = runKeys(exported.run);
  const texts = mapAhead(exported.lines(), READS, async (line) =>
    jsonLine(openaiBatchLine(runId, line, await bytesOf(store, root, line))),
  );
  for await (const text of texts) yield Buffer.from(text);
}

async function bytesOf(store: ObjectStore, root: string, line: ResultLine): Promise<Uint8Array | undefined> {
  if (line.status !== 'succeeded') return undefined;
  const { artifact, sha256 } = line;
  if (artifact !== undefined) return readChecked(store, artifact.key, { root, sha256 });
  return line.text === undefined
    ? undefined
    : checked(Buffer.from(line.text), `the text of ${line.id}`, sha256);
}
