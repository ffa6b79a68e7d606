import type { Rates } from './usage.ts';

/** One entry of a model catalogue. */
export interface Model {
  /** The service id that callers ask for, and that is billed. */
  readonly name: string;
  readonly kind: 'text' | 'image';
  /** The provider's own id, told in `x-model-used` and in the answer; never the service id. */
  readonly provider: string;
  readonly aliases: readonly string[];
  readonly description: string;
  readonly rates: Rates;
  /** Thinks before it answers: its usage has reasoning tokens. */
  readonly reasoning: boolean;
  /** Image tokens for a picture of 1024 x 1024; absent for models with a flat rate, which count 1 an image. */
  readonly imageTokens?: number;
}

type Provider = Omit<Model, 'rates'>;

function text(
  name: string,
  provider: string,
  aliases: string[],
  description: string,
  reasoning = false,
): Provider {
  return { name, kind: 'text', provider, aliases, description, reasoning };
}

function image(
  name: string,
  provider: string,
  aliases: string[],
  description: string,
  tokens?: number,
): Provider {
  const shape = { name, kind: 'image', provider, aliases, description, reasoning: false } as const;
  return tokens === undefined ? shape : { ...shape, imageTokens: tokens };
}

const openai = text('openai', 'gpt-5-mini-2025-08-07', ['gpt-5-mini'], 'OpenAI GPT-5 Mini', true);
const openaiFast = text('openai-fast', 'gpt-5-nano-2025-08-07', ['gpt-5-nano'], 'OpenAI GPT-5 Nano');
const mistral = text(
  'mistral',
  'mistral-small-3.2-24b-instruct-2506',
  ['mistral-small'],
  'Mistral Small 3.2',
);
const claude = text('claude', 'claude-sonnet-4-5-20250929', ['claude-sonnet-4.5'], 'Anthropic Claude Sonnet');
const chickytutor = text('chickytutor', 'claude-3-5-haiku-20241022', [], 'ChickyTutor language tutor');
const midijourney = text('midijourney', 'gpt-4.1-2025-04-14', [], 'MIDIjourney music writer');

const flux = image('flux', 'flux.1-schnell', [], 'Flux Schnell');
const zimage = image('zimage', 'z-image-turbo-6b', ['z-image'], 'Z-Image Turbo');
const turbo = image('turbo', 'sdxl-turbo', [], 'SDXL Turbo');
const klein = image('klein', 'flux.2-klein-4b', ['flux-klein'], 'Flux 2 Klein');
const seedream = image('seedream', 'seedream-4-0-250828', [], 'Seedream 4');
const kontext = image('kontext', 'flux.1-kontext-pro', [], 'Flux Kontext');
const dreamshaper = image('dreamshaper', 'dreamshaper-8-lcm', [], 'DreamShaper 8');
const gptimage = image('gptimage', 'gpt-image-1-mini', ['gpt-image'], 'GPT Image Mini', 1056);
const nanobanana = image('nanobanana', 'gemini-2.5-flash-image', [], 'Nano Banana', 1290);

const priced = (provider: Provider, rates: Rates): Model => ({ ...provider, rates });
const perImage = (provider: Provider, rate: string): Model =>
  priced(provider, { completionImageTokens: rate });

const laterText: readonly Model[] = [
  priced(openai, {
    promptTextTokens: '0.00000015',
    promptCachedTokens: '0.00000004',
    completionTextTokens: '0.0000006',
  }),
  priced(openaiFast, {
    promptTextTokens: '0.00000006',
    promptCachedTokens: '0.00000001',
    completionTextTokens: '0.00000044',
  }),
  priced(mistral, { promptTextTokens: '0.00000015', completionTextTokens: '0.00000035' }),
  priced(claude, { promptTextTokens: '0.000003', completionTextTokens: '0.000015' }),
];

const laterImages: readonly Model[] = [
  perImage(turbo, '0.0003'),
  perImage(klein, '0.008'),
  perImage(seedream, '0.03'),
  perImage(kontext, '0.04'),
  priced(gptimage, {
    promptTextTokens: '0.000002',
    promptCachedTokens: '0.0000002',
    promptImageTokens: '0.0000025',
    completionImageTokens: '0.000008',
  }),
  priced(nanobanana, {
    promptTextTokens: '0.0000003',
    promptImageTokens: '0.0000003',
    completionImageTokens: '0.00003',
  }),
];

/** The seed's era: four models are free, and the lists tell no prices. */
export const seedModels: readonly Model[] = [
  priced(openai, {
    promptTextTokens: '0.00000025',
    promptCachedTokens: '0.000000025',
    completionTextTokens: '0.000002',
  }),
  priced(openaiFast, {}),
  priced(chickytutor, {}),
  priced(midijourney, {}),
  priced(flux, {}),
  perImage(turbo, '0.0027'),
  perImage(kontext, '0.04'),
  perImage(gptimage, '0.000008'),
];

/** The v1 era: nothing is free. */
export const v1Models: readonly Model[] = [
  ...laterText,
  perImage(flux, '0.0002'),
  perImage(zimage, '0.0002'),
  ...laterImages,
];

/** The gen era: flux and zimage at their later prices. */
export const genModels: readonly Model[] = [
  ...laterText,
  perImage(flux, '0.002'),
  perImage(zimage, '0.004'),
  perImage(dreamshaper, '0.0001'),
  ...laterImages,
];
