import { PollenBatchError } from '../errors.ts';
import { dialects } from './dialects/index.ts';

/**
 * Brings a base URL into one form: no final slash, no route. Base URLs for OpenAI clients, which end in a chat
 * route or its parent, are cut back to the API's own.
 *
 * @throws PollenBatchError `config-invalid` when it is no plain http(s) URL.
 */
export function normaliseBase(text: string): string {
  const url = parse(text.trim());
  if (url === undefined) {
    throw new PollenBatchError('config-invalid', `"${text}" is not the base URL of an API`, {
      remedy:
        'Give an http or https URL without user, query or fragment, such as https://gen.pollinations.ai.',
    });
  }
  const path = url.pathname.replace(/\/+$/, '');
  const route = ROUTES.find((candidate) => path.endsWith(candidate)) ?? '';
  return url.origin + path.slice(0, path.length - route.length);
}

// Longest first, so that a route goes as a whole.
const ROUTES: readonly string[] = Object.values(dialects)
  .flatMap(({ textPath, textPathAlias }) => [textPath, textPathAlias ?? textPath])
  .flatMap((route) => [route, route.replace(/\/chat\/completions$/, '')])
  .sort((left, right) => right.length - left.length);

function parse(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const plain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  return plain && /^https?:$/.test(url.protocol) ? url : undefined;
}
