import { genModels, type Model, seedModels, v1Models } from './models.ts';
import type { Rounding } from './money.ts';

/** What differs between the three forms of the API that this stand-in speaks. */
export interface Era {
  readonly name: 'seed' | 'v1' | 'gen';
  readonly rounding: Rounding;
  readonly models: readonly Model[];
  /** Absent: a chat call must name its model. */
  readonly defaultTextModel?: string;
  readonly defaultImageModel: string;
  readonly aliases: boolean;
  readonly largestImageSeed: number;
  readonly defaultImageSeed: number;
  /** The free models need no key, and publishable keys are good for free models only. */
  readonly freeModels: boolean;
  /** A cached answer is given before the key is looked at. */
  readonly hitsNeedNoKey: boolean;
  /** Refuses a call whose price is above the balance; the older eras only refuse at a balance of zero. */
  readonly checksPrice: boolean;
  /** Sends PNG when a transparent picture is asked for; the older eras send JPEG whatever is asked. */
  readonly sendsPng: boolean;
  /** A key with a budget of its own may read what is left of it, whatever its account permissions. */
  readonly keysTellBudget: boolean;
}

/** Sources: the three revisions of the API that notes on its public source tell apart, by name of era. */
export const eras: Readonly<Record<Era['name'], Era>> = {
  seed: {
    name: 'seed',
    rounding: 'each',
    models: seedModels,
    defaultImageModel: 'flux',
    aliases: false,
    largestImageSeed: 1_844_674_407_370_955,
    defaultImageSeed: 42,
    freeModels: true,
    hitsNeedNoKey: false,
    checksPrice: false,
    sendsPng: false,
    keysTellBudget: false,
  },
  v1: {
    name: 'v1',
    rounding: 'each',
    models: v1Models,
    defaultTextModel: 'openai',
    defaultImageModel: 'zimage',
    aliases: true,
    largestImageSeed: 2_147_483_647,
    defaultImageSeed: 0,
    freeModels: false,
    hitsNeedNoKey: true,
    checksPrice: false,
    sendsPng: false,
    keysTellBudget: false,
  },
  gen: {
    name: 'gen',
    rounding: 'once',
    models: genModels,
    defaultTextModel: 'openai',
    defaultImageModel: 'zimage',
    aliases: true,
    largestImageSeed: 2_147_483_647,
    defaultImageSeed: 0,
    freeModels: false,
    hitsNeedNoKey: false,
    checksPrice: true,
    sendsPng: true,
    keysTellBudget: true,
  },
};

/** The model of a service id, or of an alias where the era knows aliases. */
export function findModel(era: Era, kind: Model['kind'], name: string): Model | undefined {
  return era.models.find(
    (model) => model.kind === kind && (model.name === name || (era.aliases && model.aliases.includes(name))),
  );
}

/** Whether a call to the model costs nothing and needs no paid key. */
export function isFree(model: Model): boolean {
  return Object.keys(model.rates).length === 0;
}
