import type { GalleryItem, GalleryStep } from '../../../src/gallery/contract.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const products = [
  'lamp',
  'chair',
  'teapot',
  'bicycle',
  'backpack',
  'clock',
  'kettle',
  'radio',
  'shelf',
  'vase',
];
const styles = ['photo', 'sketch', 'watercolour', 'isometric', 'low poly'];
const lights = ['studio', 'golden hour', 'night'];
const words =
  'a pale morning light falls over brushed brass and linen while the shade keeps its warm edge quiet honest made to last by hands that know wood and wire small enough for any desk bright enough for every page'.split(
    ' ',
  );

export const failures = [
  {
    code: 'content-filter',
    status: 400,
    message: 'The content policy of the provider refuses this prompt.',
    remedy: 'Reword the prompt, or leave the item out.',
  },
  {
    code: 'bad-result',
    message: 'The answer is no JSON: Unexpected token at position 12.',
    remedy: 'Ask for JSON in the prompt, or set "regenerate".',
  },
  {
    code: 'too-large',
    status: 413,
    message: 'The image is 9.2 MB, and 8 MB are allowed.',
    remedy: 'Ask for a smaller size.',
  },
  {
    code: 'server',
    status: 502,
    message: 'The API answered 502 five times in a row.',
    remedy: 'Retry the run later.',
  },
] as const;

/** Items as a job with a matrix has them: pictures, texts, JSON, chains, and some that failed. */
export function sampleItems(count: number, first = 1): readonly GalleryItem[] {
  const random = seededRandom(7 + first);
  return Array.from({ length: count }, (_, index) => sampleItem(first + index, random));
}

function sampleItem(number: number, random: () => number): GalleryItem {
  const pick = <Value>(values: readonly Value[]): Value =>
    values[Math.floor(random() * values.length)] as Value;
  const text = (length: number): string => {
    const sentence = Array.from({ length }, () => pick(words)).join(' ');
    return `${sentence[0]?.toUpperCase()}${sentence.slice(1)}.`;
  };
  const combination = Math.floor((number - 1) / 2);
  const product = products[combination % products.length] ?? '';
  const style = styles[Math.floor(combination / products.length) % styles.length] ?? '';
  const light = lights[Math.floor(combination / (products.length * styles.length)) % lights.length] ?? '';
  const sample = ((number - 1) % 2) + 1;
  const roll = (combination * 7) % 10;
  const kind = roll < 6 ? 'image' : 'text';
  const model = kind === 'image' ? pick(['flux', 'turbo']) : pick(['openai', 'mistral', 'gemini-fast']);
  const prompt =
    kind === 'image'
      ? `A ${product} in ${light} light, ${style}, on a plain table, seen from slightly above`
      : `Three sentences that sell a ${product} to someone who likes ${style} pictures. No exclamation marks.`;
  const common = {
    number,
    id: `${product}-${style.replaceAll(' ', '-')}-${number}.s${sample}`,
    kind,
    model,
    seed: 1_000 + number,
    vars: { product, style, light, price: number * 3 },
    prompt,
    params:
      kind === 'image' ? { width: 1024, height: 1024, nologo: true } : { temperature: 0.7, max_tokens: 300 },
    attempts: 1 + Math.floor(random() * 1.2),
    startedAt: new Date(Date.UTC(2026, 4, 6, 12, 0, 0) + number * 137).toISOString(),
    latencyMs: Math.round(600 + random() ** 3 * 24_000),
    jobLine: JSON.stringify({ id: `${product}-${number}`, [kind]: prompt, params: { seed: 1_000 + number } }),
  } as const;
  if (number % 23 === 0) {
    const { message, ...fault } = failures[Math.floor(number / 23) % failures.length] ?? failures[0];
    return { ...common, status: 'failed', cost: '0', attempts: 3, fault: { ...fault, message } };
  }
  const succeeded = {
    ...common,
    status: 'succeeded',
    modelUsed: `${model}-2026-03`,
    sha256: number.toString(16).padStart(64, 'a4c1'),
    cost: number % 2 === 0 ? '0.00091770' : `0.000${String(200 + (number % 97))}`,
    ...(number % 19 === 0 && { throttled: 1, attempts: 2 }),
    ...(number % 31 === 0 && { cache: 'hit', cost: '0' }),
    ...(number % 37 === 0 && { doubt: 'The picture is one colour.' }),
    ...(number % 41 === 0 && { reusedRun: 'spring-catalogue-0a1b2c3d4e' }),
    ...(number % 43 === 0 && { unknown: { count: 1, atMost: '0.0009177' } }),
  } as const;
  if (kind === 'image') {
    const fileName = `items/picture-${number % 12}.png`;
    return {
      ...succeeded,
      link: fileName,
      contentType: 'image/png',
      bytes: 184_213,
      width: 512,
      height: 512,
    };
  }
  if (roll === 8) {
    const value = {
      title: `${product}, ${style}`,
      tags: [style, light],
      score: 0.91,
      stock: { left: number, sold: null },
    };
    return { ...succeeded, json: true, text: JSON.stringify(value), contentType: 'application/json' };
  }
  if (roll === 9) return { ...succeeded, text: text(40), steps: stepsOf(text(30), prompt, model) };
  return { ...succeeded, text: [text(22), text(30), text(18)].join('\n\n'), contentType: 'text/plain' };
}

function stepsOf(caption: string, prompt: string, model: string): readonly GalleryStep[] {
  return [
    { name: 'caption', kind: 'text', model, status: 'succeeded', prompt, text: caption, cost: '0.0002' },
    {
      name: 'shot[0]',
      kind: 'image',
      model: 'flux',
      status: 'succeeded',
      prompt: caption,
      link: 'items/picture-3.png',
      cost: '0.0009177',
    },
  ];
}
