import type { GalleryInfo, GalleryItem } from '../../../src/gallery/contract.ts';
import { sampleInfo } from './sample-run.ts';

/** Items of which every field that comes from outside is a payload, one an item. */
export function hostileItems(payloads: readonly string[]): readonly GalleryItem[] {
  return payloads.map((payload, index) => hostileItem(payload, index + 1));
}

function hostileItem(payload: string, number: number): GalleryItem {
  const fault = { code: payload, message: payload, remedy: payload };
  // As JSON gives it: a name such as "__proto__" is the item's own.
  const record = JSON.parse(
    `{${JSON.stringify(payload)}:${JSON.stringify(payload)},"axis":${number % 3}}`,
  ) as Record<string, unknown>;
  const common = {
    number,
    id: payload,
    customId: payload,
    model: payload,
    modelUsed: payload,
    vars: { ...record, which: payload },
    prompt: payload,
    params: record,
    link: payload,
    sha256: payload,
    cost: '0.0001',
    attempts: 1,
    cache: payload,
    doubt: payload,
    reusedRun: payload,
    jobLine: payload,
  } as const;
  if (number % 4 === 0) return { ...common, kind: 'text', status: 'failed', fault, text: payload };
  if (number % 4 === 1) return { ...common, kind: 'image', status: 'succeeded', contentType: 'image/png' };
  const step = {
    name: payload,
    kind: 'text',
    model: payload,
    status: 'failed',
    prompt: payload,
    text: payload,
    link: payload,
    cost: '0',
    fault,
  } as const;
  if (number % 4 === 2) return { ...common, kind: 'text', status: 'succeeded', text: payload, steps: [step] };
  return {
    ...common,
    kind: 'text',
    status: 'succeeded',
    json: true,
    text: JSON.stringify({ list: [record, payload] }),
  };
}

/** A run of such items, of which everything from outside is payloads too. */
export function hostileInfo(items: readonly GalleryItem[], payloads: readonly string[]): GalleryInfo {
  const payload = payloads[0] ?? '';
  const info = sampleInfo(items, {
    runId: payload,
    job: payloads[9] ?? '',
    description: payloads.slice(0, 60).join('\n'),
    emulated: true,
    pages: { page: 1, hrefs: payloads },
  });
  const values = payloads.slice(0, 50).map((each) => JSON.stringify(each));
  const axes = [
    { name: 'which', values },
    { name: payload, values },
    { name: '__proto__', values: ['"__proto__"', '1'] },
    { name: 'axis', values: ['0', '1', '2'] },
  ];
  const lanes = payloads.slice(0, 12).map((lane) => ({ lane, sent: [1, 2, 3], limit: [4, null, 4] }));
  const rate = { from: '2026-05-06T12:00:00Z', stepSeconds: 10, lanes };
  return { ...info, figures: { ...info.figures, axes, rate } };
}
