import type { Dialect } from './dialect.ts';
import { imageRequest, textRequest } from './requests.ts';

/**
 * The same host from November 2025 on: OpenAI's route name, prices in the model lists, and an exact cache that
 * marks what it answers, so that `X-Cache: HIT` means unbilled.
 */
export const enterV1: Dialect = {
  name: 'enter-v1',
  defaultBase: 'https://enter.pollinations.ai/api',
  textPath: '/generate/v1/chat/completions',
  imagePath: '/generate/image',
  textModelsPath: '/generate/text/models',
  imageModelsPath: '/generate/image/models',
  balancePath: '/account/balance',
  usagePath: '/account/usage',
  rounding: 'each',
  cacheMode: 'exact',
  textRequest: (call) => textRequest('/generate/v1/chat/completions', call),
  imageRequest: (call) => imageRequest('/generate/image', call),
};
