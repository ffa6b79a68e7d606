import { formatAmount, parseAmount } from '../pollen/amount.ts';
import { callsOf, type ResultLine } from '../report/result-line.ts';
import { createAxes } from './axes.ts';
import type { GalleryFigures } from './contract.ts';
import { createRates } from './rates.ts';

/** Upper bounds of the classes of latency, in milliseconds. */
const latencyBoundsMs = [250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 60_000, 120_000, 300_000];

/** Folds result lines into the figures of a gallery, of which it keeps no more than it will show. */
export interface FiguresFold {
  add(line: ResultLine): void;
  figures(): GalleryFigures;
}

interface ModelFigures {
  readonly model: string;
  readonly kind: 'text' | 'image';
  items: number;
  cost: bigint;
  unknown: number;
  readonly latency: number[];
}

type Failure = GalleryFigures['failures'][number];

/** Starts a fold. */
export function createFigures(): FiguresFold {
  const models = new Map<string, ModelFigures>();
  const failures = new Map<string, Failure>();
  const axes = createAxes();
  const rates = createRates();

  function modelOf(kind: 'text' | 'image', model: string): ModelFigures {
    const name = `${kind} ${model}`;
    const known = models.get(name);
    if (known !== undefined) return known;
    const latency = Array.from({ length: latencyBoundsMs.length + 1 }, () => 0);
    const fresh: ModelFigures = { model, kind, items: 0, cost: 0n, unknown: 0, latency };
    models.set(name, fresh);
    return fresh;
  }

  return {
    add(line) {
      for (const { kind, model, tally } of callsOf(line)) {
        const own = modelOf(kind, model);
        own.items += 1;
        own.cost += parseAmount(tally.settled);
        own.unknown += tally.unknown.count;
      }
      for (const { code, latencyMs, cache, model = line.model, step } of line.attempts) {
        // What a cache gives at once says nothing of the model.
        if (code !== 'answered' || latencyMs === undefined || cache?.status === 'hit') continue;
        const kind = line.steps?.find((one) => one.step === step)?.kind ?? line.kind;
        const found = latencyBoundsMs.findIndex((bound) => latencyMs <= bound);
        const own = modelOf(kind, model).latency;
        const place = found < 0 ? latencyBoundsMs.length : found;
        own[place] = (own[place] ?? 0) + 1;
      }
      if (line.status === 'failed') {
        const { code, status, message, remedy } = line.fault;
        const first = { code, ...(status === undefined ? {} : { status }), items: 0, message, remedy };
        const name = `${code} ${status}`;
        const known = failures.get(name) ?? first;
        failures.set(name, { ...known, items: known.items + 1 });
      }
      axes.add(line.vars);
      rates.add(line.attempts);
    },
    figures() {
      const rate = rates.rate();
      return {
        models: [...models.values()]
          .sort((left, right) => (left.cost === right.cost ? 0 : left.cost < right.cost ? 1 : -1))
          .map(({ cost, ...rest }) => ({ ...rest, cost: formatAmount(cost) })),
        latencyBoundsMs,
        ...(rate === undefined ? {} : { rate }),
        failures: [...failures.values()].sort((left, right) => right.items - left.items),
        axes: axes.axes(),
      };
    },
  };
}
