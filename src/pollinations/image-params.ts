import {
  boolean,
  either,
  integer,
  listOf,
  modelName,
  number,
  oneOf,
  type ParamRule,
  seed,
  text,
  unsupported,
} from './param-rule.ts';

/** What every era of the API takes as a seed of images. */
const GREATEST_IMAGE_SEED = 2_147_483_647;

/**
 * The query parameters of an image call, from the API's own schema (`src/schemas/image.ts`), of every era: those
 * an era does not know do no harm there.
 */
export const imageParams: Readonly<Record<string, ParamRule>> = {
  model: modelName,
  seed: seed(GREATEST_IMAGE_SEED),
  width: integer(1, 16_384),
  height: integer(1, 16_384),
  nologo: boolean,
  private: boolean,
  nofeed: boolean,
  enhance: boolean,
  transparent: boolean,
  // Later eras take a list of what to guard against.
  safe: either(text, boolean),
  negative_prompt: text,
  quality: oneOf('low', 'medium', 'high', 'hd'),
  image: either(listOf(webUrl, 16), urlText),
  guidance_scale: number(0, 100),
  duration: unsupported('video'),
  aspectRatio: text,
  audio: unsupported('video'),
};

function webUrl(value: unknown): string | undefined {
  const isUrl = typeof value === 'string' && URL.canParse(value) && /^https?:\/\//.test(value);
  return isUrl ? undefined : `must be http or https URLs, not ${JSON.stringify(value)}`;
}

/** Several URLs in one text are split at `|`, and only without one at commas. */
function urlText(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'must be a URL or a list of URLs';
  const urls = value.split(value.includes('|') ? '|' : ',');
  return urls.map(webUrl).find((problem) => problem !== undefined);
}
