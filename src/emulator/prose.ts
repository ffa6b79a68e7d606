import { pick } from './random.ts';

const openings = [
  'At first light',
  'By late afternoon',
  'Over the long summer',
  'With a patient hand',
  'In a quiet corner',
  'Once the rain has gone',
  'Between two hedges',
  'Far from the road',
] as const;
const subjects = [
  'the meadow',
  'a lone bee',
  'the old orchard',
  'every blossom',
  'the beekeeper',
  'a cloud of pollen',
  'the garden wall',
  'the wild thyme',
  'the linden tree',
  'the evening wind',
] as const;
const verbs = [
  'gathers',
  'carries',
  'remembers',
  'answers',
  'brightens',
  'keeps',
  'follows',
  'outlasts',
  'measures',
] as const;
const objects = [
  'the golden dust',
  'a slow promise of fruit',
  'what the spring began',
  'the warmth of the stone',
  'a thousand small errands',
  'the scent of clover',
  'the shape of the season',
  'the last of the light',
  'more than it was given',
] as const;

/** A sentence about nothing in particular. */
export function sentence(random: () => number): string {
  return `${pick(random, openings)}, ${pick(random, subjects)} ${pick(random, verbs)} ${pick(random, objects)}.`;
}

const topicWords = 8;

/** What a prompt is about: its first words, on one line. */
export function topicOf(prompt: string): string {
  const words = prompt.split(/\s+/).filter((word) => word !== '');
  return words.slice(0, topicWords).join(' ') || 'nothing';
}

/** Some sentences that begin with the topic. */
export function prose(topic: string, random: () => number): string {
  const sentences = Array.from({ length: 3 + Math.floor(random() * 6) }, () => sentence(random));
  return `On “${topic}”: ${sentences.join(' ')}`;
}
