import type { GalleryFigures, GalleryInfo, GalleryItem } from '../../../src/gallery/contract.ts';

const boundsMs = [500, 1_000, 2_000, 5_000, 10_000, 20_000, 60_000];

/** What a page tells of a run of these items. */
export function sampleInfo(items: readonly GalleryItem[], changes: Partial<GalleryInfo> = {}): GalleryInfo {
  const ended = { succeeded: 0, failed: 0, cancelled: 0, expired: 0 };
  for (const { status } of items) ended[status] += 1;
  return {
    version: 1,
    runId: 'spring-catalogue-7f3a9c21be',
    job: 'spring-catalogue',
    description:
      'Pictures and words for the spring catalogue: every product in every style, two samples each.',
    state: ended.failed > 0 ? 'completed_with_failures' : 'completed',
    emulated: true,
    startedAt: '2026-05-06T12:00:00.000Z',
    endedAt: '2026-05-06T12:24:31.000Z',
    items: items.length,
    ended,
    cost: sumOf(items),
    unknown: { count: 3, atMost: '0.0027531' },
    figures: sampleFigures(items),
    links: { kind: 'relative' },
    ...changes,
  };
}

function sampleFigures(items: readonly GalleryItem[]): GalleryFigures {
  const models = [...new Set(items.map(({ model }) => model))].map((model) => modelFigures(model, items));
  return {
    models: models.sort((left, right) => Number(right.cost) - Number(left.cost)),
    latencyBoundsMs: boundsMs,
    rate: sampleRate(),
    failures: failuresOf(items),
    axes: axesOf(items),
  };
}

function modelFigures(model: string, items: readonly GalleryItem[]): GalleryFigures['models'][number] {
  const own = items.filter((item) => item.model === model);
  const latency = Array.from({ length: boundsMs.length + 1 }, () => 0);
  for (const { latencyMs = 0, status } of own) {
    if (status !== 'succeeded') continue;
    const index = boundsMs.findIndex((bound) => latencyMs <= bound);
    const slot = index < 0 ? boundsMs.length : index;
    latency[slot] = (latency[slot] ?? 0) + 1;
  }
  return {
    model,
    kind: own[0]?.kind ?? 'text',
    items: own.length,
    cost: sumOf(own),
    unknown: own.filter(({ unknown }) => unknown !== undefined).length,
    latency,
  };
}

function sampleRate(): NonNullable<GalleryFigures['rate']> {
  const steps = 147;
  const limit = Array.from({ length: steps }, (_, step) =>
    step < 40 ? 4 + step / 10 : step < 60 ? 5 : 5 + step / 50,
  );
  const lane = (name: string, share: number) => ({
    lane: name,
    sent: limit.map((allowed, step) => Math.round(10 * allowed * share * (0.85 + 0.15 * Math.sin(step / 3)))),
    limit: limit.map((allowed, step) => (step === 90 ? null : allowed)),
  });
  return {
    from: '2026-05-06T12:00:00.000Z',
    stepSeconds: 10,
    lanes: [lane('images', 0.9), lane('all', 0.6)],
  };
}

function failuresOf(items: readonly GalleryItem[]): GalleryFigures['failures'] {
  const groups = new Map<string, GalleryFigures['failures'][number]>();
  for (const { fault } of items) {
    if (fault === undefined) continue;
    groups.set(fault.code, { ...fault, items: (groups.get(fault.code)?.items ?? 0) + 1 });
  }
  return [...groups.values()].sort((left, right) => right.items - left.items);
}

function axesOf(items: readonly GalleryItem[]): GalleryFigures['axes'] {
  const axes = new Map<string, Set<string>>();
  for (const { vars = {} } of items) {
    for (const [name, value] of Object.entries(vars)) {
      const values = axes.get(name) ?? new Set();
      axes.set(name, values.add(JSON.stringify(value)));
    }
  }
  return [...axes]
    .filter(([, { size }]) => size >= 2 && size <= 50)
    .map(([name, values]) => ({ name, values: [...values] }));
}

/** Exact: in units of 1e-8. */
function sumOf(items: readonly GalleryItem[]): string {
  let units = 0n;
  for (const { cost } of items) {
    const [whole = '0', fraction = ''] = cost.split('.');
    units += BigInt(whole + fraction.padEnd(8, '0'));
  }
  const digits = String(units).padStart(9, '0');
  return `${digits.slice(0, -8)}.${digits.slice(-8)}`;
}
