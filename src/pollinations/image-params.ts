import {
  boolean,
  either,
  integer,
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

const MOST_PICTURES = 16;

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
  image: pictureUrls,
  guidance_scale: number(0, 100),
  duration: unsupported('video'),
  aspectRatio: text,
  audio: unsupported('video'),
};

/** As the API splits them: at `|`, and only without one at commas. What it is sent to fetch, nobody on the way may read. */
function pictureUrls(value: unknown): string | undefined {
  const isList = Array.isArray(value);
  if (isList && value.length > MOST_PICTURES) return `may name ${MOST_PICTURES} pictures at most`;
  const urls: readonly unknown[] = isList ? value : [value];
  if (urls.length === 0 || urls.some((url) => typeof url !== 'string')) {
    return 'must be an https URL or a list of them';
  }
  const joined = urls.join('|');
  const wrong = joined.split(joined.includes('|') ? '|' : ',').find((url) => !isHttps(url));
  return wrong === undefined ? undefined : `must be https URLs, not ${JSON.stringify(wrong.slice(0, 80))}`;
}

function isHttps(url: string): boolean {
  return url.startsWith('https://') && URL.canParse(url);
}
