import { mapAtOnce } from '../../at-once.ts';
import { parseKept } from '../../records/kept-request.ts';
import { unlessDamaged } from '../../records/unless-damaged.ts';
import { partName, runKeys, type RunLocation } from '../../storage/keys.ts';
import type { PageSource } from '../page-records.ts';
import type { ResultLine } from '../result-line.ts';
import { laterCalls, type Planned } from './export-line.ts';

/** Requests read at once. */
const READS = 16;

/**
 * Reads what the items of a page were asked for, by their numbers. What is not there any more, or damaged, is left out: a
 * result is worth something without it.
 *
 * @param lines - results of the page
 */
export async function readPlanned(
  { store, plans }: Pick<PageSource, 'store' | 'plans'>,
  run: RunLocation,
  page: number,
  lines: readonly ResultLine[],
): Promise<ReadonlyMap<number, Planned>> {
  const items = (await unlessDamaged(() => plans.page(run, page))) ?? [];
  const byNumber = new Map(items.map((item) => [item.number, item]));
  const calls = lines.flatMap((line) =>
    laterCalls(line, byNumber.get(line.number)).map((step) => ({ line, step })),
  );
  const keys = runKeys(run);
  const read = await mapAtOnce(calls, READS, async ({ line: { number, id }, step }) => {
    const { step: name, index, repair } = step;
    const part = {
      step: name,
      ...(index === undefined ? {} : { index }),
      ...(repair === undefined ? {} : { repair }),
    };
    const key = keys.request(page, number, id, part);
    const kept = await unlessDamaged(async () => {
      const object = await store.get(key);
      return object === undefined ? undefined : parseKept(key, object.body);
    });
    return { number, name: partName(part), request: kept?.request };
  });
  const requests = new Map<number, Map<string, NonNullable<(typeof read)[number]['request']>>>();
  for (const { number, name, request } of read) {
    if (request === undefined) continue;
    const own = requests.get(number) ?? new Map();
    requests.set(number, own.set(name, request));
  }
  return new Map(
    items.map((item) => [item.number, { item, requests: requests.get(item.number) ?? new Map() }]),
  );
}
