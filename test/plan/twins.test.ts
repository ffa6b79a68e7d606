import { describe, expect, it } from 'vitest';

import { formatProblem } from '../../src/manifest/problem.ts';
import type { ExpandedItem } from '../../src/plan/expand/expanded-item.ts';
import { parsePage } from '../../src/plan/pages.ts';
import { createTwins } from '../../src/plan/twins.ts';
import { planOf } from '../support/plan.ts';
import { itemOf, planner, textStep } from '../support/planning.ts';

async function warningsOf(...items: readonly string[]): Promise<readonly string[]> {
  const { warnings } = await planOf(`version: 1\nitems:\n${items.map((item) => `  - ${item}\n`).join('')}`, {
    allowUnpriced: true,
  });
  return warnings.map(formatProblem);
}

describe('items that ask the same', () => {
  it('are pointed out where their pinned seed is the same too', async () => {
    expect(
      await warningsOf(
        '{ id: one, image: a, params: { seed: 7, width: 64 } }',
        '{ image: a, params: { width: 64, model: flux, seed: 7 } }',
      ),
    ).toEqual([
      'job.yaml:4:5: item-duplicate: item `2` asks the same as `one`, with the same seed: both get one result',
    ]);
  });

  it('are no matter where seed, kind, prompt or parameters differ, or no seed is pinned', async () => {
    const pinned = 'params: { seed: 7 }';
    expect(await warningsOf('text: a', 'text: a')).toEqual([]);
    expect(await warningsOf(`{ text: a, ${pinned} }`, '{ text: a, params: { seed: 8 } }')).toEqual([]);
    expect(await warningsOf(`{ text: a, ${pinned} }`, `{ text: b, ${pinned} }`)).toEqual([]);
    expect(await warningsOf(`{ text: a, ${pinned} }`, `{ text: a, system: s, ${pinned} }`)).toEqual([]);
    expect(
      await warningsOf(`{ image: a, ${pinned} }`, '{ image: a, params: { seed: 7, width: 64 } }'),
    ).toEqual([]);
  });

  it('are named up to twenty times, then counted', async () => {
    const twins = await warningsOf(...Array.from({ length: 30 }, () => '{ text: a, params: { seed: 7 } }'));
    expect(twins).toHaveLength(21);
    expect(twins.at(-1)).toContain('and 9 more items ask the same as another one');
  });

  it('know of each other, the first one too, wherever their pages are', async () => {
    const rows = Array.from(
      { length: 260 },
      (_, n) => `  - { id: i${n}, text: a${n % 259}, params: { seed: 7 } }\n`,
    );
    const { pages } = await planOf(`version: 1\nitems:\n${rows.join('')}`);
    expect(pages).toHaveLength(2);
    expect(pages[0]?.items[0]).toMatchObject({ id: 'i0', shared: true });
    expect(pages[1]?.items.at(-1)).toMatchObject({ id: 'i259', shared: true });
  });
});

describe('items of steps', () => {
  const chain = (id: string, second: string) =>
    itemOf(
      [
        textStep('An outline', { id: 'outline', params: { model: 'openai', seed: 1 } }),
        textStep(second, { id: 'text', params: { model: 'openai', seed: 2 } }),
      ],
      { id },
    );
  const plan = (...items: readonly ExpandedItem[]) => {
    const { plan: planItem } = planner();
    return Promise.all(items.map(async (item) => planItem(item))).then((planned) => {
      const found = planned.flatMap((each) => ('item' in each ? [each.item] : []));
      const twins = createTwins(() => found.map((item) => `${JSON.stringify(item)}\n`).join(''));
      for (const item of found) twins.add(item, 0, { file: 'job.yaml', line: 1, column: 1 });
      return { twins, text: found.map((item) => `${JSON.stringify(item)}\n`).join('') };
    });
  };

  it('are pointed out where all their steps ask the same, and not where only some do', async () => {
    const { twins } = await plan(chain('a', 'One bee'), chain('b', 'Two bees'), chain('c', 'One bee'));
    expect(twins.warnings().map(({ message }) => message)).toEqual([
      'item `c` asks the same as `a`, with the same seed: both get one result',
    ]);
  });

  it('know of a step that another item asks too', async () => {
    const outline = textStep('An outline', { id: 'outline' });
    const alone = itemOf([outline, textStep('One bee', { id: 'text' })]);
    const { twins, text } = await plan(alone, alone);
    const [first] = parsePage(twins.mark(0, text));
    expect(first !== undefined && 'steps' in first && first.steps.map(({ shared }) => shared)).toEqual([
      true,
      true,
    ]);
  });
});
