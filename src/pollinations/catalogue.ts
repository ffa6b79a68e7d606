import { findPrice, type ModelPrice, type PriceSnapshot } from '../pollen/prices.ts';
import type { DialectName } from './dialects/dialect.ts';
import type { ListedModel, ModelInfo } from './models.ts';
import { seedPrices } from './seed-prices.ts';

/** The models of an API with their prices, and what is worth knowing about these. */
export interface Catalogue {
  readonly prices: PriceSnapshot;
  readonly models: readonly ModelInfo[];
  /** Sentences for people. */
  readonly notes: readonly string[];
}

type Kind = ModelPrice['kind'];
type KindOfModel = ListedModel & { readonly kind: Kind };

/**
 * Joins the lists with their prices. A price file goes over the lists; the first dialect, whose lists have no
 * prices, gets them from the bundled table.
 */
export function catalogueOf(
  dialect: DialectName,
  text: readonly ListedModel[],
  image: readonly ListedModel[],
  priceFile: PriceSnapshot,
): Catalogue {
  const listed: readonly KindOfModel[] = [
    ...text.map((model) => ({ ...model, kind: 'text' as const })),
    ...image.map((model) => ({ ...model, kind: 'image' as const })),
  ];
  const table = dialect === 'enter' ? seedPrices : [];
  const prices = [
    ...listed.flatMap((model) => priceOf(model, table, priceFile)),
    // The file may know models that the lists leave out.
    ...priceFile.filter(({ kind, model }) => !listed.some((each) => each.kind === kind && each.id === model)),
  ];
  const models = listed.map((model) => describe(model, prices));
  return { prices, models, notes: notesOn(listed, models, table, priceFile) };
}

function priceOf(model: KindOfModel, table: PriceSnapshot, priceFile: PriceSnapshot): readonly ModelPrice[] {
  const { kind, id, aliases } = model;
  const rates = (findPrice(priceFile, kind, id) ?? model).rates ?? findPrice(table, kind, id)?.rates;
  return rates === undefined ? [] : [{ model: id, kind, aliases, rates }];
}

function describe(model: KindOfModel, prices: PriceSnapshot): ModelInfo {
  const { id, kind, aliases, description, paidOnly, surcharges, limits, abilities } = model;
  const price = findPrice(prices, kind, id);
  return {
    id,
    kind,
    aliases,
    priced: price !== undefined,
    // Lists leave zero rates out, and so does their reader.
    free: price !== undefined && Object.keys(price.rates).length === 0,
    ...(description !== undefined && { description }),
    ...(paidOnly && { paidOnly }),
    ...(surcharges && { surcharges }),
    ...(limits && { limits }),
    ...(abilities && { abilities }),
  };
}

function notesOn(
  listed: readonly KindOfModel[],
  models: readonly ModelInfo[],
  table: PriceSnapshot,
  priceFile: PriceSnapshot,
): readonly string[] {
  const unpriced = models.filter((model) => !model.priced).map((model) => model.id);
  const surcharged = listed.filter((model) => model.surcharges).map((model) => model.id);
  return [
    ...(table.length > 0
      ? ['Its lists have no prices: they come from the bundled table of October 2025.']
      : []),
    ...(priceFile.length > 0 ? [`The price file sets ${priceFile.length} prices.`] : []),
    ...(unpriced.length > 0 ? [`No price is known for ${names(unpriced)}.`] : []),
    ...(surcharged.length > 0
      ? [
          `Options can cost more than the listed price with ${names(surcharged)}; charges of these are not exact.`,
        ]
      : []),
  ];
}

function names(ids: readonly string[]): string {
  const shown = ids.slice(0, 5).join(', ');
  return ids.length > 5 ? `${shown} and ${ids.length - 5} more` : shown;
}
