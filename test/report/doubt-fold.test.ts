import { describe, expect, it } from 'vitest';

import { createDoubtFold, SAME_BYTES } from '../../src/report/doubt-fold.ts';
import { reportMarkdown } from '../../src/report/report-markdown.ts';
import { createReportFold } from '../../src/report/report-fold.ts';
import type { ResultLine } from '../../src/report/result-line.ts';
import { now, samplePlan, succeeded } from '../support/samples.ts';

const digest = (name: string): string => name.repeat(64).slice(0, 64);

function doubtsOf(...lines: readonly ResultLine[]) {
  const fold = createDoubtFold();
  for (const line of lines) fold.add(line);
  return fold.read();
}

const image = (id: string, asked: string, sha256: string) =>
  succeeded({ id, kind: 'image', digest: digest(asked), sha256: digest(sha256), bytes: 900 });
const text = (id: string, asked: string, bytes: number) =>
  succeeded({ id, kind: 'text', digest: digest(asked), sha256: digest('5'), bytes });

describe('results that look wrong', () => {
  it('are those whose bytes came for other prompts, each counted once', () => {
    const lines = [image('a', '1', '7'), image('b', '2', '7'), image('c', '3', '7'), image('d', '4', '8')];
    expect(doubtsOf(...lines)).toEqual([{ doubt: SAME_BYTES, items: 3, example: 'b' }]);
  });

  it('are not those that ask the same, nor short texts, which may well be the same', () => {
    expect(doubtsOf(image('a', '1', '7'), image('b', '1', '7'))).toEqual([]);
    expect(doubtsOf(text('a', '1', 3), text('b', '2', 3))).toEqual([]);
    expect(doubtsOf(text('a', '1', 300), text('b', '2', 300))).toMatchObject([{ items: 2 }]);
  });

  it('are grouped by their doubt, whatever numbers are in it, and by no more than some twenty', () => {
    const odd = (id: string, doubt: string) => succeeded({ id, doubt });
    expect(doubtsOf(odd('a', 'made with seed 8, not 7'), odd('b', 'made with seed 9, not -1'))).toEqual([
      { doubt: 'made with seed …, not …', items: 2, example: 'a' },
    ]);
    const many = Array.from({ length: 50 }, (_, index) => odd(`n${index}`, 'x'.repeat(index + 1)));
    expect(doubtsOf(...many).length).toBeLessThanOrEqual(21);
    expect(doubtsOf(...many).reduce((sum, { items }) => sum + items, 0)).toBe(50);
  });

  it('are told of on the page, and only where there are some', () => {
    const page = (...lines: readonly ResultLine[]): string => {
      const fold = createReportFold(samplePlan({ items: lines.length }));
      for (const line of lines) fold.add(line);
      return reportMarkdown(fold.report('completed', now.toISOString()));
    };
    expect(page(image('a', '1', '7'), image('b', '2', '7'))).toContain(
      '2 results, as of `b`: The same bytes',
    );
    expect(page(image('a', '1', '7'))).not.toContain('Look at');
  });
});
