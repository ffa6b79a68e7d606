import type { Budget } from '../manifest/job.ts';
import { runKeys, type RunLocation } from '../storage/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { StoreError } from '../storage/store-error.ts';

/** `changes/00001.json`: what was changed of a run while it went on. */
export interface RunChange {
  readonly version: 1;
  /** ISO 8601. */
  readonly at: string;
  readonly kind: 'budget';
  readonly budget: Budget;
  /** In the words of who did it. */
  readonly reason?: string;
}

/** Keeps a change under the next number; the same one, told again, is kept once. */
export async function keepChange(store: ObjectStore, run: RunLocation, change: RunChange): Promise<void> {
  const keys = runKeys(run);
  const text = `${JSON.stringify(change)}\n`;
  for (let number = (await readChanges(store, run)).length; ; number += 1) {
    const result = await store.putOnce(keys.change(Math.max(1, number)), text, {
      contentType: 'application/json',
    });
    if (result.stored || result.same) return;
  }
}

/**
 * Reads a run's changes, the oldest first.
 *
 * @throws StoreError `store-corrupt` where one is damaged
 */
export async function readChanges(store: ObjectStore, run: RunLocation): Promise<readonly RunChange[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(runKeys(run).changes)) keys.push(key);
  const changes = await Promise.all(keys.sort().map((key) => readChange(store, key)));
  return changes.filter((change) => change !== undefined);
}

/**
 * Reads the budget of a run as it was set last. Only one that was planned with a budget can be given another.
 *
 * @param planned - the budget of its plan
 * @returns `undefined` where it has none
 * @throws StoreError `store-corrupt` where a change is damaged
 */
export async function readBudget(
  store: ObjectStore,
  run: RunLocation,
  planned: Budget | undefined,
): Promise<Budget | undefined> {
  return planned && ((await readChanges(store, run)).at(-1)?.budget ?? planned);
}

async function readChange(store: ObjectStore, key: string): Promise<RunChange | undefined> {
  const object = await store.get(key);
  if (object === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(object.body).toString('utf8')) as RunChange;
  } catch {
    throw new StoreError('store-corrupt', `${key} holds no change`);
  }
}
