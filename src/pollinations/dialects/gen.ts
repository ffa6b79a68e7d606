import type { Dialect } from './dialect.ts';
import { imageRequest, textRequest } from './requests.ts';

/**
 * Today's host. Since August 2026 the paying answer comes from the cache as well, so `X-Cache: HIT` alone does
 * not say whether it was billed; charges are rounded once, at the sum.
 */
export const gen: Dialect = {
  name: 'gen',
  defaultBase: 'https://gen.pollinations.ai',
  textPath: '/v1/chat/completions',
  imagePath: '/image',
  textModelsPath: '/text/models',
  imageModelsPath: '/image/models',
  balancePath: '/account/balance',
  tellsKeyBudget: true,
  usagePath: '/account/usage',
  rounding: 'once',
  cacheMode: 'paid-hit',
  textRequest: (call) => textRequest('/v1/chat/completions', call),
  imageRequest: (call) => imageRequest('/image', call),
};
