import { mapAhead } from '../../at-once.ts';
import { PollenBatchError } from '../../errors.ts';
import { nearName } from '../../manifest/near-name.ts';
import { parsePage } from '../../plan/pages.ts';
import type { Plan, PlannedItem } from '../../plan/plan.ts';
import { runKeys, type RunLocation } from '../../storage/keys.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { readChecked } from '../../report/read-results.ts';

/** An item, and where its plan has it. */
export interface FoundItem {
  readonly item: PlannedItem;
  readonly page: number;
  /** In its page, from 0. */
  readonly position: number;
}

/** Pages read at once: one may have 4 MB. */
const READS = 4;
const NEAR = 3;

/**
 * Finds an item of a run by its id, or by its number, `17` or `#17`; an id goes before a number.
 *
 * @throws PollenBatchError `not-found`, naming ids that are near
 */
export async function findItem(
  store: ObjectStore,
  run: RunLocation,
  plan: Plan,
  name: string,
): Promise<FoundItem> {
  const number = /^#?(\d{1,9})$/.exec(name)?.[1];
  const isNumber = name.startsWith('#');
  const near: string[] = [];
  let byNumber: FoundItem | undefined;
  const order = likelyFirst(plan, number === undefined ? undefined : Number(number));
  const pages = mapAhead(order, READS, async (page) => ({
    page,
    items: await readPage(store, run, plan, page),
  }));
  for await (const { page, items } of pages) {
    const position = items.findIndex(({ id }) => id === name);
    const found = items[position];
    if (found !== undefined) return { item: found, page, position };
    byNumber ??= itemOfNumber(items, page, number);
    if (byNumber !== undefined && isNumber) return byNumber;
    if (number === undefined) near.push(...nearIn(name, items));
  }
  if (byNumber !== undefined) return byNumber;
  throw new PollenBatchError('not-found', `run ${run.runId} has no item ${JSON.stringify(name)}`, {
    remedy: remedyOf(run, plan, nearest(name, near)),
  });
}

async function readPage(
  store: ObjectStore,
  run: RunLocation,
  plan: Plan,
  page: number,
): Promise<readonly PlannedItem[]> {
  const body = await readChecked(store, runKeys(run).page(plan.digest, page));
  return parsePage(Buffer.from(body).toString('utf8'));
}

function itemOfNumber(
  items: readonly PlannedItem[],
  page: number,
  number: string | undefined,
): FoundItem | undefined {
  const position = number === undefined ? -1 : items.findIndex((item) => item.number === Number(number));
  const item = items[position];
  return item === undefined ? undefined : { item, page, position };
}

// Items are cut into pages in their order, each lane by itself: with one lane the guess is right.
function likelyFirst({ pages }: Plan, number = 0): readonly number[] {
  let before = 0;
  const guess = pages.findIndex(({ calls }) => (before += calls) >= number);
  const all = pages.map(({ page }) => page);
  return guess <= 0 ? all : [...all.slice(guess), ...all.slice(0, guess)];
}

function nearIn(name: string, items: readonly PlannedItem[]): readonly string[] {
  const ids = items.map(({ id }) => id);
  const slip = nearName(name, ids);
  const within = ids.filter((id) => id.toLowerCase().includes(name.toLowerCase())).slice(0, NEAR);
  return slip === undefined ? within : [slip, ...within];
}

function nearest(name: string, near: readonly string[]): readonly string[] {
  const best = nearName(name, near);
  return [...new Set([...(best === undefined ? [] : [best]), ...near])].slice(0, NEAR);
}

function remedyOf({ runId }: RunLocation, { items }: Plan, near: readonly string[]): string {
  if (near.length > 0) return `Did you mean ${near.join(', ')}?`;
  return `Give the id of an item, or its number from 1 to ${items}; \`pollen-batch bill ${runId} --items\` shows ids.`;
}
