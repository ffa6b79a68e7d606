import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';

import type { Problem } from '../manifest/problem.ts';
import type { PriceSnapshot } from '../pollen/prices.ts';
import { dialects } from '../pollinations/dialects/index.ts';
import { createEstimator, type ModelEstimate } from './estimate.ts';
import type { ItemPlace } from './expand/expanded-item.ts';
import type { Measured } from './likely-use.ts';
import { createPageCutter } from './pages.ts';
import type { Plan, PlannedApi, PlannedItem, PlannedUse } from './plan.ts';
import { pricesOf } from './planned-prices.ts';
import type { ReuseIndex } from './reuse.ts';
import type { Spool } from './spool.ts';
import { createTwins } from './twins.ts';
import { workDigest } from './work-digest.ts';

export interface PlanLinesContext {
  readonly api: PlannedApi;
  readonly prices: PriceSnapshot;
  readonly laneOf: (model: string) => string;
  readonly spool: Spool;
  readonly measured?: readonly Measured[];
  readonly reuse?: ReuseIndex;
  /** How many of the first items are a canary. @default none */
  readonly canary?: number;
}

/** The lines of a plan: cut into pages, priced, and looked through for twins as they are added. */
export interface PlanLines {
  /** Adds an item, and tells how it stands in the plan. */
  add(item: PlannedItem, place: ItemPlace): PlannedItem;
  /**
   * What the lines come to, once all are there.
   *
   * @throws PollenBatchError `no-price` when a model has no known price and `allowUnpriced` is not set
   */
  end(allowUnpriced: boolean): Promise<EndedLines>;
}

/** The lines of a plan, all of them. */
export interface EndedLines {
  readonly warnings: readonly Problem[];
  readonly models: readonly ModelEstimate[];
  readonly uses: readonly PlannedUse[];
  readonly reused: number;
  readonly pageText: (page: number) => string;
  readonly plan: Pick<Plan, 'digest' | 'items' | 'pages' | 'lanes' | 'models' | 'prices' | 'estimate'>;
}

/** Lines of a plan that has none yet; the text of its pages goes to the spool. */
export function createPlanLines({ api, prices, laneOf, spool, ...context }: PlanLinesContext): PlanLines {
  const cutter = createPageCutter(spool, context.canary);
  const { rounding } = dialects[api.dialect];
  const { measured, reuse } = context;
  const estimator = createEstimator({
    prices,
    rounding,
    // In both other modes an answer that was paid for once is had again for nothing.
    replays: api.cacheMode !== 'none',
    ...(measured === undefined ? {} : { measured }),
  });
  const twins = createTwins((page) => cutter.text(page));
  const pageText = (page: number): string => twins.mark(page, cutter.text(page));
  const uses = new Map<string, PlannedUse>();
  const lanes = new Set<string>();
  let items = 0;
  let reused = 0;

  return {
    add(planned, place) {
      const done = planned.reuse ?? reuse?.find(workDigest(planned));
      const item = done === undefined ? planned : { ...planned, reuse: done };
      if (done !== undefined) reused += 1;
      items += 1;
      const calls = 'steps' in item ? item.steps : [item];
      for (const { kind, model } of calls) {
        uses.set(`${kind} ${model}`, { kind, model });
        lanes.add(laneOf(model));
      }
      estimator.add(item, twins.has(item));
      twins.add(item, cutter.add(item, laneOf(calls[0]?.model ?? '')), place);
      return item;
    },
    async end(allowUnpriced) {
      const pages = cutter.pages();
      const used = [...uses.values()];
      return {
        warnings: twins.warnings(),
        models: estimator.models(),
        uses: used,
        reused,
        pageText,
        plan: {
          digest: await digestOf(pages.length, pageText),
          items,
          pages,
          lanes: [...lanes],
          models: [...new Set(used.map(({ model }) => model))],
          prices: pricesOf(used, prices, allowUnpriced),
          estimate: estimator.total(),
        },
      };
    },
  };
}

// One page after the other: all of them together are what memory shall not hold.
async function digestOf(pages: number, pageText: (page: number) => string): Promise<string> {
  const hash = createHash('sha256');
  for (let page = 0; page < pages; page += 1) {
    hash.update(pageText(page));
    await setImmediate();
  }
  return hash.digest('hex').slice(0, 10);
}
