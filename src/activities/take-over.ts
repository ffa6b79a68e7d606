import type { PlannedItem } from '../plan/plan.ts';
import type { Artifact, ItemCost, ItemRecord, SucceededRecord } from '../records/record.ts';
import { runKeys, type RunLocation } from '../storage/keys.ts';
import { StoreError } from '../storage/store-error.ts';
import type { ActivityDependencies } from './dependencies.ts';

/** Items taken over at once. */
const COPIES = 32;

const nothing: ItemCost = { settled: '0', unknown: { count: 0, atMost: '0' } };

/**
 * Takes over what earlier runs have done for items of a page: their artifacts are copied inside the store, and they get
 * records of their own that cost nothing. Where the source is gone or another, the item is left to be called.
 */
export async function takeOver(
  dependencies: ActivityDependencies,
  run: RunLocation,
  page: number,
  items: readonly PlannedItem[],
): Promise<readonly ItemRecord[]> {
  const records: ItemRecord[] = [];
  for (let first = 0; first < items.length; first += COPIES) {
    const some = items.slice(first, first + COPIES);
    const found = await Promise.all(some.map((item) => takeOverItem(dependencies, run, page, item)));
    records.push(...found.filter((record) => record !== undefined));
  }
  return records;
}

async function takeOverItem(
  dependencies: ActivityDependencies,
  run: RunLocation,
  page: number,
  item: PlannedItem,
): Promise<ItemRecord | undefined> {
  if (item.reuse === undefined) return undefined;
  const source = await readSource(dependencies, item.reuse.key);
  if (source?.status !== 'succeeded' || source.digest !== item.digest) return undefined;
  const key = runKeys(run).record(page, item.number, item.id);
  const [from, to] = [item.reuse.key, key].map((name) => name.slice(0, -'record.json'.length));
  const copied = new Map<string, Artifact>();
  for (const artifact of artifactsOf(source)) {
    // What the record names must be its own.
    const name = from !== undefined && artifact.key.startsWith(from) ? artifact.key.slice(from.length) : '';
    if (!/^[A-Za-z0-9._-]+$/.test(name)) return undefined;
    const target = `${to}${name}`;
    if (!(await dependencies.store.copy(artifact.key, target))) return undefined;
    copied.set(artifact.key, { ...artifact, key: target });
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
  return dependencies.records.write(key, record);
}

async function readSource({ records }: ActivityDependencies, key: string): Promise<ItemRecord | undefined> {
  try {
    return await records.read(key);
  } catch (error) {
    // It stays damaged however often it is read.
    if (error instanceof StoreError && error.code === 'store-corrupt') return undefined;
    throw error;
  }
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
