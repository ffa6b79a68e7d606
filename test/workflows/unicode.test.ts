import { describe, expect } from 'vitest';

import { seededRandom } from '../support/seeded-random.ts';
import { test } from '../support/on-servers.ts';

const PROMPTS = 2_000;
/** Prompts that are calls of their own: as many of images, and as many of texts. The others are messages of longer talks. */
const SINGLE = 170;
const TALK = 20;
const PLANES = 17;

/** What has ever been cut, folded, escaped twice or mistaken for something else on its way. */
const hard = [
  'é e\u0301 \u1100\u1161 \u0344\u0331\u0f71\u0f72',
  '\u202e\u05d0\u05d1\u05d2 \u0627\u0644\u0633\u0644\u0627\u0645\u2066x\u2069 \u200f',
  '\u0001\u0007\u001b[31m\u007f\u0085\u009f',
  '\t\r\n\r \n\n  ',
  '"\'`´\\ \\\\ \\n \\u0041',
  '/ // %2F %2f %25 %zz ?a=b&c#d;e ../ ./ ..',
  '\u2028\u2029\ufeff\u00a0\u3000',
  '👩🏽‍🚀 🏳️‍🌈 🇩🇪 👨‍👩‍👧‍👦 ❤️ ☝🏿 1️⃣',
  '\u0000\ufffd\ufffe\uffff',
  '<script>&amp;</script> ${x} $(y) %s {0} { } #{z} -- ; DROP',
];

describe('prompts', { timeout: 600_000 }, () => {
  test('of all planes of Unicode arrive byte for byte as they were written', async ({ open }) => {
    const seed = Number(process.env['UNICODE_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
    // Gives the prompts again: UNICODE_SEED=….
    process.stderr.write(`seed of the prompts: ${seed}\n`);
    const prompts = makePrompts(seed);
    const harness = await open({ lanes: [{ name: 'all', concurrency: 64 }] });
    const images = prompts.slice(0, SINGLE);
    const texts = prompts.slice(SINGLE, 2 * SINGLE);
    const talks = inPieces(prompts.slice(2 * SINGLE), TALK);
    const { run } = await harness.submit(
      `version: 1
name: unicode
defaults: { text: { model: openai-fast, max_tokens: 20 }, image: { model: flux, width: 64, height: 64 } }
items:
  - { kind: image, prompts: ${JSON.stringify(images)} }
  - prompts: ${JSON.stringify(texts)}
${talks.map((talk) => `  - messages: ${JSON.stringify(talk.map((content) => ({ role: 'user', content })))}`).join('\n')}
`,
    );
    const outcome = await harness.finish(run);

    const items = 2 * SINGLE + talks.length;
    expect(outcome).toMatchObject({ state: 'completed', tally: { succeeded: items, failed: 0 } });
    const calls = harness.emulator.journal().filter(({ generated }) => generated);
    const arrived = calls.flatMap(({ path, body }) =>
      body === undefined ? [promptIn(path)] : contentsOf(JSON.parse(body) as ChatBody),
    );
    expect(arrived).toHaveLength(PROMPTS);
    const bytes = (list: readonly string[]): readonly string[] =>
      list.map((text) => Buffer.from(text).toString('hex')).sort();
    expect(bytes(arrived)).toEqual(bytes(prompts));
  });
});

interface ChatBody {
  readonly messages: readonly { readonly content: string }[];
}

function contentsOf({ messages }: ChatBody): readonly string[] {
  return messages.map(({ content }) => content);
}

function inPieces<Value>(list: readonly Value[], size: number): readonly (readonly Value[])[] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, piece) =>
    list.slice(piece * size, (piece + 1) * size),
  );
}

function promptIn(path: string): string {
  const [before] = path.split('?', 1);
  return decodeURIComponent(before?.slice(before.lastIndexOf('/') + 1) ?? '');
}

/** Each plane in turn, with something hard in every third. */
function makePrompts(seed: number): readonly string[] {
  const random = seededRandom(seed);
  return Array.from({ length: PROMPTS }, (_, index) => {
    const length = 1 + Math.floor(random() * 40);
    const points = Array.from({ length }, () => pointOf(index % PLANES, random));
    const difficulty = index % 3 === 0 ? (hard[Math.floor(random() * hard.length)] ?? '') : '';
    const text = String.fromCodePoint(...points);
    return random() < 0.5 ? `${difficulty}${text} ${index}` : `${index} ${text}${difficulty}`;
  });
}

function pointOf(plane: number, random: () => number): number {
  for (;;) {
    const point = plane * 0x1_00_00 + Math.floor(random() * 0x1_00_00);
    const isHalf = point >= 0xd8_00 && point <= 0xdf_ff;
    // Two braces in a row are a template, and say what they are.
    if (!isHalf && point !== 0x7b && point !== 0x5b) return point;
  }
}
