import { describe, expect, it } from 'vitest';

import { verdicts } from '../../src/pollinations/verdicts.ts';

describe('the remedy of a fault', () => {
  it.each(Object.entries(verdicts))('%s names only what there is', (_code, { remedy }) => {
    // Items are called again by another run, and a run that waits for credit goes on by itself.
    expect(remedy).not.toMatch(/regenerate|retry the item|resume|deadline/);
    expect(remedy).toMatch(/^[A-Z].*\.$/);
  });
});
