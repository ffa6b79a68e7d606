import { mapAtOnce } from '../at-once.ts';
import type { PlannedItem } from '../plan/plan.ts';
import { workDigest } from '../plan/work-digest.ts';
import type { Artifact, ItemCost, ItemRecord, SucceededRecord } from '../records/record.ts';
import { unlessDamaged } from '../records/unless-damaged.ts';
import { isOfItems, jobPrefix, runKeys, type RunLocation } from '../storage/keys.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { COPY_MARK } from './item-store.ts';

/** Items taken over at once. */
const COPIES = 32;

/** What is taken over costs. */
export const nothing: ItemCost = { settled: '0', unknown: { count: 0, atMost: '0' } };

/**
 * Takes over what earlier runs have done for items of a page: their artifacts are copied inside the store, and they get
 * records of their own that cost nothing. Where the source is gone or another, or a call has left something for the item,
 * it is left to be called.
 *
 * @param keys - every key that the page's items have
 */
export async function takeOver(
  dependencies: ActivityDependencies,
  run: RunLocation,
  page: number,
  items: readonly PlannedItem[],
  keys: ReadonlySet<string>,
): Promise<readonly ItemRecord[]> {
  const present = [...keys];
  const records = await mapAtOnce(items, COPIES, (item) =>
    takeOverItem(dependencies, run, page, item, present),
  );
  return records.filter((record) => record !== undefined);
}

async function takeOverItem(
  dependencies: ActivityDependencies,
  run: RunLocation,
  page: number,
  item: PlannedItem,
  present: readonly string[],
): Promise<ItemRecord | undefined> {
  if (item.reuse === undefined) return undefined;
  const { key: sourceKey } = item.reuse;
  if (!isOfItems(jobPrefix(run), sourceKey)) return undefined;
  const kept = await unlessDamaged(() => dependencies.records.readKept(sourceKey));
  const source = kept?.record;
  if (source?.status !== 'succeeded' || (source.work ?? source.digest) !== workDigest(item)) return undefined;
  const key = runKeys(run).record(page, item.number, item.id);
  const [from, to] = [sourceKey, key].map((name) => name.slice(0, -'record.json'.length));
  const copied = new Map<string, Artifact>();
  const artifacts = artifactsOf(source);
  for (const artifact of artifacts) {
    // What the record names must be its own.
    const name = from !== undefined && artifact.key.startsWith(from) ? artifact.key.slice(from.length) : '';
    if (!/^[A-Za-z0-9._-]+$/.test(name)) return undefined;
    copied.set(artifact.key, { ...artifact, key: `${to}${name}` });
  }
  const own = present.filter((name) => to !== undefined && name.startsWith(to));
  if (!(await areCopies(dependencies, own, copied))) return undefined;
  if (!(await areWhole(dependencies, artifacts))) return undefined;
  for (const [source, { key: target, contentType, sha256 }] of copied) {
    // Without the facts of the call that the bytes were bought by: they would be taken for a charge of this run.
    const options = { contentType, sha256, metadata: { [COPY_MARK]: item.reuse.runId } };
    if (!(await dependencies.store.copy(source, target, options))) return undefined;
  }
  const { number, id, customId, vars } = item;
  const { customId: _customId, vars: _vars, ...work } = source;
  const record = {
    ...replaceArtifacts(work, copied),
    runId: run.runId,
    number,
    id,
    ...(customId === undefined ? {} : { customId }),
    ...(vars === undefined ? {} : { vars }),
    attempts: [],
    throttled: 0,
    cost: nothing,
    reused: { runId: source.reused?.runId ?? item.reuse.runId },
    at: dependencies.now().toISOString(),
  };
  // Another attempt may have been first; the copy of identical bytes that it names is this one.
  return dependencies.records.write(key, record, kept?.thumbnail);
}

// What an attempt that died midway has copied is copied again; what a call has left counts more.
export async function areCopies(
  { store }: ActivityDependencies,
  keys: readonly string[],
  copied: ReadonlyMap<string, Artifact>,
): Promise<boolean> {
  const targets = new Set([...copied.values()].map(({ key }) => key));
  if (!keys.every((key) => targets.has(key))) return false;
  const found = await Promise.all(keys.map((key) => store.head(key)));
  return found.every((object) => object === undefined || COPY_MARK in object.metadata);
}

// Looked at before the first copy, so that none is made in vain.
export async function areWhole(
  { store }: ActivityDependencies,
  artifacts: Iterable<Artifact>,
): Promise<boolean> {
  for (const { key, bytes, sha256 } of artifacts) {
    const found = await store.head(key);
    if (found?.bytes !== bytes || found.metadata['sha256'] !== sha256) return false;
  }
  return true;
}

function artifactsOf(record: SucceededRecord): readonly Artifact[] {
  const all = [record.artifact, ...(record.steps ?? []).map(({ artifact }) => artifact)];
  return [
    ...new Map(
      all.flatMap((artifact) => (artifact === undefined ? [] : [[artifact.key, artifact] as const])),
    ).values(),
  ];
}

function replaceArtifacts(record: SucceededRecord, copied: ReadonlyMap<string, Artifact>): SucceededRecord {
  const own = <Part extends { readonly artifact?: Artifact }>(part: Part): Part => {
    const artifact = part.artifact && copied.get(part.artifact.key);
    return artifact === undefined ? part : { ...part, artifact };
  };
  const steps = record.steps?.map((step) => ({ ...own(step), cost: nothing, attempts: 0, throttled: 0 }));
  return { ...own(record), ...(steps === undefined ? {} : { steps }) };
}
