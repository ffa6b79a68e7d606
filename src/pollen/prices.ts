import type { UsageType } from './usage.ts';

/** Pollen for one unit of a usage type, as decimal text. A free model has none: `{}`. */
export type Rates = Readonly<Partial<Record<UsageType, string>>>;

export interface ModelPrice {
  /** The model's own name, as the API lists it. */
  readonly model: string;
  readonly kind: 'text' | 'image';
  /** Other names the API takes for the same model. */
  readonly aliases: readonly string[];
  readonly rates: Rates;
}

/** The prices a run was planned with; later price changes do not touch it. */
export type PriceSnapshot = readonly ModelPrice[];

/** Finds the price of a model by its name or, failing that, by an alias; `undefined` when it has no known price. */
export function findPrice(
  prices: PriceSnapshot,
  kind: ModelPrice['kind'],
  model: string,
): ModelPrice | undefined {
  return (
    prices.find((price) => price.kind === kind && price.model === model) ??
    prices.find((price) => price.kind === kind && price.aliases.includes(model))
  );
}
