import type { ModelOffer } from '../plan/models.ts';
import { plainRate, priceText } from './price-text.ts';
import { plain } from './terminal.ts';
import { table } from './words.ts';

/** Models as a table. */
export function modelsText(models: readonly ModelOffer[]): string {
  if (models.length === 0) return 'The API lists no such models.';
  return table([
    ['MODEL', 'KIND', 'PRICE IN POLLEN', 'LANE', 'NOTES'],
    ...models.map((model) => [
      plain(model.id, 100),
      model.kind,
      priceText(model.kind, model.rates, model.rounding) + (model.surcharges === true ? ', and more' : ''),
      laneText(model.lane),
      notes(model).join(', '),
    ]),
  ]);
}

/** Models for programs: rates for one unit, as exact decimal text. */
export function modelsData(models: readonly ModelOffer[]) {
  return models.map(({ rates, rounding: _rounding, ...model }) => ({
    ...model,
    price:
      rates === undefined
        ? null
        : Object.fromEntries(Object.entries(rates).map(([type, rate]) => [type, plainRate(rate)])),
  }));
}

function laneText({ name, rps, concurrency }: ModelOffer['lane']): string {
  return `${name}: ${rps === undefined ? 'no rate' : `${rps}/s`}, ${concurrency} at once`;
}

function notes({ aliases, paidOnly, limits = {} }: ModelOffer): readonly string[] {
  const { callsPerMinute, contextTokens, answerTokens, promptCharacters } = limits;
  return [
    ...(aliases.length === 0 ? [] : [`also ${plain(aliases.join(', '), 200)}`]),
    ...(paidOnly === true ? ['bought Pollen only'] : []),
    ...(callsPerMinute === undefined ? [] : [`${callsPerMinute} calls a minute`]),
    ...(contextTokens === undefined ? [] : [`context of ${contextTokens} tokens`]),
    ...(answerTokens === undefined ? [] : [`answers to ${answerTokens} tokens`]),
    ...(promptCharacters === undefined ? [] : [`prompts to ${promptCharacters} characters`]),
  ];
}
