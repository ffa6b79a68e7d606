import type { Marker } from '../../src/records/run-store.ts';
import { sha256 } from '../../src/plan/digest.ts';
import { emptyTally } from '../../src/records/tally.ts';
import { runKeys, type RunLocation } from '../../src/storage/keys.ts';
import type { ObjectStore } from '../../src/storage/object-store.ts';
import { madeItem, MADE_AT } from './made-item.ts';
import { oddTexts } from './odd-texts.ts';
import { samplePlan } from './samples.ts';

const PAGE = 250;

const text = { contentType: 'application/x-ndjson' };

/** A run as it would have ended with results of every kind, odd texts and amounts among them. */
export interface MadeResults {
  readonly marker: Marker;
  readonly images: number;
}

/**
 * Puts a run that has ended into a store: job file, plan, results, what they name, and the marker. There are no records, so it
 * is for reading results alone.
 *
 * @param texts - that prompts and answers are made of. @default {@link oddTexts}
 * @param everyImage - how many items there are to an image. @default 25
 */
export async function makeResults(
  store: ObjectStore,
  run: RunLocation,
  items: number,
  {
    texts = oddTexts,
    everyImage = 25,
  }: { readonly texts?: readonly string[]; readonly everyImage?: number } = {},
): Promise<MadeResults> {
  const keys = runKeys(run);
  const make = madeItem(run, texts, everyImage);
  const open = { text: [] as number[], image: [] as number[] };
  const pages: { readonly page: number; readonly lane: string; readonly calls: number }[] = [];
  const parts: Marker['parts'][number][] = [];
  let images = 0;

  // Pages of the two lanes go on beside each other, as those of a real plan.
  async function close(lane: 'text' | 'image'): Promise<void> {
    const page = pages.length;
    const made = open[lane].splice(0).map((number) => make(number, page));
    pages.push({ page, lane, calls: made.length });
    await store.put(keys.page('plan0', page), lines(made.map(({ item }) => item)), text);
    const part = lines(made.map(({ line }) => line));
    await store.put(keys.part(page), part, text);
    parts.push({ key: keys.part(page), sha256: sha256(part), items: made.length });
    const objects = made.flatMap((one) => one.objects);
    images += made.filter(({ line }) => line.kind === 'image' && line.status === 'succeeded').length;
    await Promise.all(objects.map(({ key, body, contentType }) => store.put(key, body, { contentType })));
  }
  for (let number = 1; number <= items; number += 1) {
    const lane = number % everyImage === 0 ? 'image' : 'text';
    if (open[lane].push(number) === PAGE) await close(lane);
  }
  for (const lane of ['text', 'image'] as const) if (open[lane].length > 0) await close(lane);

  const json = { contentType: 'application/json' };
  const files = [];
  for (const key of [keys.report, keys.bill, keys.errors]) {
    await store.put(key, '{}\n', json);
    files.push({ key, sha256: sha256('{}\n') });
  }
  const plan = samplePlan({ runId: run.runId, job: run.job, items, pages, description: oddTexts.join(' ') });
  await store.put(keys.plan, `${JSON.stringify(plan)}\n`, json);
  await store.put(keys.job, '{}\n', json);
  const marker: Marker = {
    version: 1,
    runId: run.runId,
    state: 'completed_with_failures',
    endedAt: new Date(MADE_AT).toISOString(),
    tally: { ...emptyTally, succeeded: items },
    marker: keys.success,
    parts: parts.toSorted((one, other) => (one.key < other.key ? -1 : 1)),
    files,
  };
  await store.put(keys.success, `${JSON.stringify(marker)}\n`, json);
  return { marker, images };
}

function lines(values: readonly object[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}
