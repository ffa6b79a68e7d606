import { expect, it } from 'vitest';

import type { Job, JobChecks, ModelProblem } from '../../src/manifest/job.ts';
import { createModelChecker } from '../../src/plan/check-models.ts';
import type { ExpandedItem } from '../../src/plan/expand/expanded-item.ts';

const job: Job = { version: 1, name: 'job', entries: [] };
const itemOf = (line: number, content: string | readonly unknown[] = 'x'): ExpandedItem => ({
  number: line,
  steps: [
    { kind: 'text', messages: [{ role: 'user', content }], params: { model: 'm' }, needs: [], path: [] },
  ],
  place: { file: 'job.yaml', line, column: 1 },
});
const checksOf = (...problems: readonly ModelProblem[]): JobChecks => ({
  paramProblems: () => [],
  promptProblem: () => undefined,
  modelProblems: () => problems,
});

it('tells what does not fit a model once, at the first item', () => {
  const checker = createModelChecker(job, checksOf({ code: 'model-kind', message: 'no texts' }), false);
  expect(checker.check(itemOf(3))).toEqual([
    { file: 'job.yaml', line: 3, column: 1, code: 'model-kind', message: 'no texts' },
  ]);
  expect(checker.check(itemOf(4))).toEqual([]);
  expect(checker.warnings()).toEqual([]);
});

it('warns of an unknown model only, where calls without a price are allowed', () => {
  const checker = createModelChecker(job, checksOf({ code: 'model-unknown', message: 'no m' }), true);
  expect(checker.check(itemOf(3))).toEqual([]);
  expect(checker.warnings()).toMatchObject([{ code: 'model-unknown', line: 3 }]);
});

it('tells of a batch file how to ask another model', () => {
  const batch: Job = { ...job, batch: { path: 'a.jsonl', sha256: '' } };
  const checker = createModelChecker(batch, checksOf({ code: 'model-unknown', message: 'no m' }), false);
  expect(checker.check(itemOf(1))[0]?.message).toBe('no m (`--model NAME` asks another one for every line)');
});

it('sees pictures among the parts of a message', () => {
  const seen: boolean[] = [];
  const checks: JobChecks = {
    ...checksOf(),
    modelProblems: (_kind, _params, hasPictures) => {
      seen.push(hasPictures);
      return [];
    },
  };
  const checker = createModelChecker(job, checks, false);
  checker.check(itemOf(1));
  checker.check(itemOf(2, [{ type: 'text', text: 'x' }]));
  checker.check(itemOf(3, [{ type: 'image_url', image_url: { url: 'https://a.example/b.png' } }]));
  expect(seen).toEqual([false, false, true]);
});
