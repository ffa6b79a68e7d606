import { expect, it } from 'vitest';

import type { JobChecks, ModelProblem } from '../../src/manifest/job.ts';
import { createModelChecker } from '../../src/plan/check-models.ts';
import type { ExpandedItem } from '../../src/plan/expand/expanded-item.ts';

const itemOf = (content: string | readonly unknown[] = 'x'): Pick<ExpandedItem, 'steps'> => ({
  steps: [
    { kind: 'text', messages: [{ role: 'user', content }], params: { model: 'm' }, needs: [], path: [] },
  ],
});
const checksOf = (problem: ModelProblem): Pick<JobChecks, 'modelProblems'> => ({
  modelProblems: () => [problem],
});
const unknown = { code: 'model-unknown', message: 'no m', param: 'model' } as const;

it('tells what does not fit a model, and which value it is about', () => {
  const check = createModelChecker({}, checksOf({ ...unknown, code: 'model-kind' }), false);
  expect(check(itemOf())).toEqual({
    faults: [{ code: 'model-kind', message: 'no m', step: 0, path: ['params', 'model'] }],
    warnings: [],
  });
  const blind = createModelChecker({}, checksOf({ ...unknown, code: 'model-param', param: 'images' }), false);
  expect(blind(itemOf()).faults).toMatchObject([{ path: ['images'] }]);
});

it('warns of an unknown model only, where calls without a price are allowed', () => {
  const check = createModelChecker({}, checksOf(unknown), true);
  expect(check(itemOf())).toMatchObject({ faults: [], warnings: [{ code: 'model-unknown' }] });
});

it('tells of a batch file how to ask another model', () => {
  const batch = { batch: { path: 'a.jsonl', sha256: '' } };
  const check = createModelChecker(batch, checksOf(unknown), false);
  expect(check(itemOf()).faults[0]?.message).toBe('no m (`--model NAME` asks another one for every line)');
});

it('sees pictures among the parts of a message', () => {
  const seen: boolean[] = [];
  const check = createModelChecker(
    {},
    {
      modelProblems: (_kind, _params, hasPictures) => {
        seen.push(hasPictures);
        return [];
      },
    },
    false,
  );
  check(itemOf());
  check(itemOf([{ type: 'text', text: 'x' }]));
  check(itemOf([{ type: 'image_url', image_url: { url: 'https://a.example/b.png' } }]));
  expect(seen).toEqual([false, false, true]);
});
