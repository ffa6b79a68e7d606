import { describe, expect, it } from 'vitest';

import { onlyRun, parseReference } from '../../../src/commands/runs/run-reference.ts';
import { quoted } from '../../../src/temporal/visibility.ts';

describe('what a person writes for a run', () => {
  it.each([
    '@latest',
    'bees-0123456789',
    'bees-0123456789-r2',
    'bees-0123456789-first3-retry1',
    'nightly-0123456789-20261125T050000Z',
  ])('%s is read without a look at the list', (text) => {
    expect(parseReference(text).kind).not.toBe('beginning');
  });

  it.each(['b', 'bees', 'bees-01234', 'bees-0123456789-r', 'nightly-0123456789-202611'])(
    '%s is the beginning of an id',
    (text) => {
      expect(parseReference(text)).toEqual({ kind: 'beginning', text });
    },
  );

  it.each([
    '',
    '@last',
    '../bees',
    "x' OR WorkflowType = 'runPage",
    'bees-0123456789/page-00001',
    '%',
    'b ees',
  ])('%j is refused before anything is asked', (text) => {
    expect(() => parseReference(text)).toThrow(/names no run/);
  });
});

describe('a beginning', () => {
  it('stands for the only run that has it, however often that is found', () => {
    expect(onlyRun('bee', ['bees-1', 'bees-1'])).toBe('bees-1');
    expect(onlyRun('bee', [])).toBeUndefined();
  });

  it('stands for the run of just that name where others go on from it', () => {
    expect(onlyRun('bees-1', ['bees-1-r2', 'bees-1'])).toBe('bees-1');
  });

  it('that several have is refused with five of them', () => {
    const ids = Array.from({ length: 7 }, (_, index) => `bees-${index}`);
    const refusal = { code: 'usage', details: [...ids.slice(0, 5), '… and 2 more'] };
    expect(() => onlyRun('bees', ids)).toThrow(expect.objectContaining(refusal) as Error);
    expect(() => onlyRun('bees', ids.slice(0, 2))).toThrow(
      expect.objectContaining({ details: ['bees-0', 'bees-1'] }) as Error,
    );
  });
});

it('a value in a visibility query cannot end it', () => {
  expect(quoted("it's")).toBe("'it''s'");
  expect(quoted("' OR '1'='1")).toBe("''' OR ''1''=''1'");
  // The server writes these anew in a way that the database does not take.
  expect(() => quoted("\\' OR '")).toThrow(RangeError);
  expect(() => quoted('say "so"')).toThrow(RangeError);
});
