import { describe, expect, it } from 'vitest';

import { validationAnnotations } from '../../../src/commands/render/validation-text.ts';

describe('problems as annotations of a workflow', () => {
  const problem = { file: 'jobs/job.yaml', line: 3, column: 5, code: 'key-unknown', message: 'a' } as const;

  it('name the place, the code and what is wrong', () => {
    expect(validationAnnotations([{ file: 'jobs/job.yaml', warnings: [], problems: [problem] }])).toBe(
      '::error file=jobs/job.yaml,line=3,col=5,title=key-unknown::a',
    );
  });

  it('cannot be broken out of by a file’s name or its words', () => {
    const hostile = {
      ...problem,
      file: '100%,a:b\r\n::set-x::.yaml',
      message: '50%0A off\n::error::a, b: c',
    };
    expect(validationAnnotations([{ file: 'x', warnings: [], problems: [hostile] }])).toBe(
      '::error file=100%25%2Ca%3Ab%0D%0A%3A%3Aset-x%3A%3A.yaml,line=3,col=5,title=key-unknown::50%250A off%0A::error::a, b: c',
    );
  });

  it('are warnings for a file that is right', () => {
    const warning = { ...problem, code: 'item-duplicate' } as const;
    expect(validationAnnotations([{ file: 'jobs/job.yaml', items: 2, warnings: [warning] }])).toMatch(
      /^::warning /,
    );
    expect(validationAnnotations([{ file: 'jobs/job.yaml', items: 2, warnings: [] }])).toBe('');
  });
});
