import { parsePage } from '../plan/pages.ts';
import type { Plan, PlannedItem } from '../plan/plan.ts';
import { runKeys, type RunLocation } from '../storage/keys.ts';
import type { ObjectStore } from '../storage/object-store.ts';

/** Pages and plans kept: those that a worker's calls are busy with, and a few more. */
const KEPT = 48;

/** Reads plans and their pages, each once per worker as long as it is in use. */
export interface PlanReader {
  /** The plan of a run; `undefined` when the run is not planned. */
  plan(run: RunLocation): Promise<Plan | undefined>;
  /** The items of a page, in their order. Throws when the page is missing. */
  page(run: RunLocation, page: number): Promise<readonly PlannedItem[]>;
}

/** Plan and pages never change once written, so they are kept in a small cache. */
export function createPlanReader(store: ObjectStore): PlanReader {
  const plans = createCache<Plan | undefined>();
  const pages = createCache<readonly PlannedItem[]>();
  async function readPlan(run: RunLocation): Promise<Plan | undefined> {
    const key = runKeys(run).plan;
    const plan = await plans.get(key, async () => {
      const object = await store.get(key);
      return object === undefined ? undefined : (JSON.parse(textOf(object.body)) as Plan);
    });
    if (plan === undefined) plans.forget(key);
    return plan;
  }
  return {
    plan: readPlan,
    async page(run, page) {
      const plan = await readPlan(run);
      if (plan === undefined) throw new Error(`run ${run.runId} has no plan in the bucket`);
      const key = runKeys(run).page(plan.digest, page);
      return pages.get(key, async () => {
        const object = await store.get(key);
        if (object === undefined) throw new Error(`${key} is missing from the bucket`);
        return parsePage(textOf(object.body));
      });
    },
  };
}

function textOf(body: Uint8Array): string {
  return Buffer.from(body).toString('utf8');
}

interface Cache<Value> {
  get(key: string, load: () => Promise<Value>): Promise<Value>;
  forget(key: string): void;
}

// Keeps promises, so that calls that start together read once; a failed read is forgotten.
function createCache<Value>(): Cache<Value> {
  const kept = new Map<string, Promise<Value>>();
  return {
    get(key, load) {
      const known = kept.get(key);
      kept.delete(key);
      const value = known ?? load();
      kept.set(key, value);
      if (known === undefined) value.catch(() => kept.delete(key));
      for (const oldest of kept.keys()) {
        if (kept.size <= KEPT) break;
        kept.delete(oldest);
      }
      return value;
    },
    forget: (key) => void kept.delete(key),
  };
}
