import type { Budget, Priority } from '../manifest/job.ts';
import { runKeys, type RunLocation } from '../storage/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { StoreError } from '../storage/store-error.ts';

/** `changes/00001.json`: what somebody did to a run while it went on. All of them, in order, are its story. */
export type RunChange = {
  readonly version: 1;
  /** ISO 8601. */ readonly at: string;
  /** In the words of who did it. */ readonly reason?: string;
} & RunAct;

/** What was done, and what holds from then on. */
export type RunAct =
  | { readonly kind: 'suspend' | 'resume' | 'approve' | 'stop' | 'terminate' }
  | { readonly kind: 'budget'; readonly budget: Budget }
  | {
      readonly kind: 'concurrency';
      /** Calls in flight at most, over all workers; `null`: no bound of its own. */
      readonly concurrency: number | null;
    }
  | { readonly kind: 'priority'; readonly priority: Priority }
  | {
      readonly kind: 'deadline';
      /** ISO 8601; `null`: none. */
      readonly endsAt: string | null;
    };

/** The last change of a kind, which is the one that holds. */
export function lastChange<Kind extends RunChange['kind']>(
  changes: readonly RunChange[],
  kind: Kind,
): Extract<RunChange, { readonly kind: Kind }> | undefined {
  return changes.findLast(
    (change): change is Extract<RunChange, { readonly kind: Kind }> => change.kind === kind,
  );
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

/** Keeps that somebody has started the workflow of a run again, before that counts. */
export function keepResume(store: ObjectStore, run: RunLocation, reason: string | undefined): Promise<void> {
  return keepChange(store, run, {
    version: 1,
    at: new Date().toISOString(),
    kind: 'resume',
    ...(reason === undefined ? {} : { reason }),
  });
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
  return planned && (lastChange(await readChanges(store, run), 'budget')?.budget ?? planned);
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
