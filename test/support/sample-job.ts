import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Wish } from '../checker/evidence.ts';

/** What a generated job asks for. */
export interface SampleJob {
  readonly name: string;
  readonly texts: number;
  /** Small pictures. */
  readonly images: number;
  /** Decimal Pollen; the run stops when it is used up. @default none */
  readonly budget?: string;
}

/**
 * Writes a job file of texts and images whose prompts all differ, the images spread among the texts.
 *
 * @returns its path
 */
export async function writeSampleJob(folder: string, sample: SampleJob): Promise<string> {
  const file = join(folder, `${sample.name}.yaml`);
  const { items, ...job } = jobOf(sample);
  if (items.length <= MOST_INLINE) {
    await writeFile(file, JSON.stringify({ ...job, items }));
    return file;
  }
  const tables = (['text', 'image'] as const).map(async (kind) => {
    const from = `${sample.name}-${kind}.jsonl`;
    const rows = items.filter((item) => kind in item).map((item) => `${JSON.stringify(item)}\n`);
    await writeFile(join(folder, from), rows.join(''));
    return { from, id: '{{ row.id }}', [kind]: `{{ row.${kind} }}` };
  });
  await writeFile(file, JSON.stringify({ ...job, items: await Promise.all(tables) }));
  return file;
}

/** Items that a job file itself may hold. */
const MOST_INLINE = 5_000;

/** The text of such a job file. */
export function sampleJob(sample: SampleJob): string {
  // JSON is YAML.
  return JSON.stringify(jobOf(sample));
}

function jobOf({ name, texts, images, budget }: SampleJob) {
  const count = texts + images;
  const items = Array.from({ length: count }, (_, index) => {
    const isImage = Math.floor(((index + 1) * images) / count) > Math.floor((index * images) / count);
    return isImage
      ? { id: `picture-${index}`, image: `Meadow ${index} of ${name}` }
      : { id: `text-${index}`, text: `${samplePrompt} ${index} of ${name}?` };
  });
  return {
    version: 1,
    name,
    ...(budget === undefined ? {} : { budget: { amount: budget, onExceeded: 'stop' } }),
    defaults: {
      text: { model: 'openai', max_tokens: 100 },
      image: { model: 'flux', width: 64, height: 48 },
    },
    items,
  };
}

/** What the author of such a job wants, for the checker. */
export function wishOf(sample: SampleJob): Wish {
  const asked = new Map(
    jobOf(sample).items.map(({ id, ...item }) => [id, ['image' in item ? item.image : item.text]]),
  );
  return sample.budget === undefined ? { asked } : { asked, budget: sample.budget };
}

/** Starts every text prompt of a sample job, so that a search can tell where prompts went. */
export const samplePrompt = 'What do bees know about flower';
