import type { Dialect } from './dialect.ts';
import { imageRequest, textRequest } from './requests.ts';

/**
 * The first published API (`enter.pollinations.ai/API.md`, October 2025). Its model lists bear no prices, and no
 * cache stands before it: every generation is billed, and a lost answer stays lost.
 */
export const enter: Dialect = {
  name: 'enter',
  defaultBase: 'https://enter.pollinations.ai/api',
  textPath: '/generate/openai',
  textPathAlias: '/generate/openai/chat/completions',
  imagePath: '/generate/image',
  textModelsPath: '/generate/openai/models',
  imageModelsPath: '/generate/image/models',
  rounding: 'each',
  cacheMode: 'none',
  textRequest: (call) => textRequest('/generate/openai', call),
  imageRequest: (call) => imageRequest('/generate/image', call),
};
