import { describe, expect, it } from 'vitest';

import { sha256 } from '../../src/plan/digest.ts';
import { stableSeed } from '../../src/plan/seed.ts';

describe('digests and seeds', () => {
  it('are what they always were, since stored runs hang on them', () => {
    expect(sha256('bee')).toBe(sha256(Buffer.from('bee')));
    expect(sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(stableSeed('bees', 'a')).toBe(1_287_780_038);
  });

  it('keep parts of a seed apart', () => {
    expect(stableSeed('ab', 'c')).not.toBe(stableSeed('a', 'bc'));
  });
});
