import { mapAtOnce } from '../at-once.ts';
import type { BegunChain, PlannedChain, PlannedItem } from '../plan/plan.ts';
import { parseKept } from '../records/kept-request.ts';
import type { Artifact, StepRecord } from '../records/record.ts';
import { unlessDamaged } from '../records/unless-damaged.ts';
import { isOfItems, jobPrefix, partName, runKeys, type RunLocation } from '../storage/keys.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { COPY_MARK } from './item-store.ts';
import { areWhole, nothing } from './take-over.ts';

/** Items whose steps are taken over at once. */
const COPIES = 16;
const REQUEST = '.request.json';

type Begun = PlannedChain & { readonly begun: BegunChain };

/**
 * Takes over what an earlier run has done of items that it did not finish: the records of their steps, which cost nothing
 * here, and the requests of calls that it has made for nothing. Where anything of that is damaged, the item is left to be
 * called whole: its later steps were made of what the earlier ones answered.
 *
 * @param keys - every key that the page's items have
 */
export async function takeOverSteps(
  dependencies: ActivityDependencies,
  run: RunLocation,
  page: number,
  items: readonly PlannedItem[],
  keys: ReadonlySet<string>,
): Promise<void> {
  const begun = items.filter((item): item is Begun => 'steps' in item && item.begun !== undefined);
  await mapAtOnce(begun, COPIES, (item) => takeOverItem(dependencies, run, page, item, keys));
}

async function takeOverItem(
  dependencies: ActivityDependencies,
  run: RunLocation,
  page: number,
  item: Begun,
  present: ReadonlySet<string>,
): Promise<void> {
  const { store, records } = dependencies;
  const { prefix, runId, reseeded = [] } = item.begun;
  if (!isOfItems(jobPrefix(run), `${prefix}x`)) return;
  const own = runKeys(run).itemObjects(page, item.number, item.id);
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  const read = await Promise.all(
    keys.filter((key) => key.endsWith('.step.json')).map((key) => unlessDamaged(() => records.readKept(key))),
  );
  const kept = read.filter((one) => one !== undefined);
  const thumbnails = new Map(kept.map(({ record, thumbnail }) => [record, thumbnail]));
  const steps = kept.map(({ record }) => record as StepRecord);
  const done = wholeCalls(steps);
  const artifacts = done.flatMap((record) =>
    record.status === 'succeeded' && record.artifact !== undefined ? [record.artifact] : [],
  );
  // What the records name must be the item's own.
  const areOurs = artifacts.every(
    ({ key }) => key.startsWith(prefix) && /^[A-Za-z0-9._-]+$/.test(key.slice(prefix.length)),
  );
  if (steps.length < read.length || !areOurs || !(await areWhole(dependencies, artifacts))) return;
  // Of calls that have been made here already nothing is touched.
  const moved = (key: string): string => `${own}${key.slice(prefix.length)}`;
  const isFree = (key: string): boolean => !present.has(moved(key));
  for (const { key, contentType, sha256 } of artifacts.filter((artifact) => isFree(artifact.key))) {
    await store.copy(key, moved(key), { contentType, sha256, metadata: { [COPY_MARK]: runId } });
  }
  const whole = new Set(done.map(({ part }) => partName(part)));
  for (const key of keys.filter((name) => name.endsWith(REQUEST))) {
    const name = key.slice(prefix.length, -REQUEST.length);
    // A call that mends is made anew with the answer that it mends, and one with another seed has other bytes.
    const isKept = !/\.r\d+$/.test(name) && !reseeded.includes(name.replace(/\..*/, ''));
    if ((whole.has(name) || isKept) && isFree(key)) await moveRequest(dependencies, key, moved(key), moved);
  }
  for (const record of done) {
    const taken = {
      ...record,
      ...movedArtifact(record, moved),
      runId: run.runId,
      number: item.number,
      id: item.id,
      attempts: [],
      throttled: 0,
      cost: nothing,
      reused: { runId: record.reused?.runId ?? runId },
      at: dependencies.now().toISOString(),
    };
    const key = runKeys(run).step(page, item.number, item.id, record.part);
    await records.write(key, taken, thumbnails.get(record));
  }
}

// Those that ended well, and those before them whose answers they have mended.
function wholeCalls(records: readonly StepRecord[]): readonly StepRecord[] {
  const nameOf = ({ part: { step, index } }: StepRecord): string => `${step} ${index ?? ''}`;
  const good = new Set(records.filter(({ status }) => status === 'succeeded').map(nameOf));
  return records.filter((record) => good.has(nameOf(record)));
}

function movedArtifact(record: StepRecord, moved: (key: string) => string): { readonly artifact?: Artifact } {
  if (record.status === 'failed' || record.artifact === undefined) return {};
  return { artifact: { ...record.artifact, key: moved(record.artifact.key) } };
}

// The pictures that it shows are named by their keys.
async function moveRequest(
  { store }: ActivityDependencies,
  from: string,
  to: string,
  moved: (key: string) => string,
): Promise<void> {
  const object = await store.get(from);
  if (object === undefined) return;
  const { images, ...kept } = parseKept(from, object.body);
  const own = Object.entries(images ?? {}).map(([sha256, image]) => [
    sha256,
    { ...image, key: moved(image.key) },
  ]);
  const content = { ...kept, ...(images === undefined ? {} : { images: Object.fromEntries(own) }) };
  await store.putOnce(to, JSON.stringify(content), { contentType: 'application/json' });
}
