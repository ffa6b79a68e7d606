import pc from 'picocolors';
import { describe, expect, it } from 'vitest';

import { errorText } from '../../../src/commands/render/error-text.ts';
import { PollenBatchError } from '../../../src/errors.ts';
import { createScrub } from '../../../src/pollinations/secret.ts';

/** As Temporal's client throws it: its own error around that of gRPC. */
function broken(code: number, details: string): Error {
  const cause = Object.assign(new Error(`${code}: ${details}`), { code, details });
  return new Error('Failed to start Workflow', { cause });
}

const told = (error: unknown) => errorText(error, pc.createColors(false)).split('\n');

describe('the text of an error', () => {
  it.each([
    [
      'of ours',
      (text: string) => new PollenBatchError('config-invalid', text, { details: [text], remedy: text }),
    ],
    ['of nobody', (text: string) => Object.assign(new Error(text), { stack: `${text}\n${text}` })],
    ['that is a text', (text: string) => text],
  ])('%s leaves no half of a secret where it is cut', (_whose, make) => {
    const secret = 'canary-of-a-secret-of-some-length';
    const scrub = createScrub([secret]);
    for (let at = 1_950; at < 2_000; at += 1) {
      const text = errorText(
        make(`${'x'.repeat(at)}${secret}${'y'.repeat(50)}`),
        pc.createColors(false),
        scrub,
      );
      expect(text).not.toContain('canary');
    }
  });

  it.each([
    [
      14,
      'Not enough hosts to serve the request',
      'it has not answered (Not enough hosts to serve the request)',
    ],
    [4, 'Deadline exceeded after 10.001s', 'it has not answered in time'],
  ])('of a part of Temporal that is away (%i) says so, and what tells more', (code, details, found) => {
    expect(told(broken(code, details))).toEqual([
      `temporal-unreachable: Temporal cannot be used: ${found}`,
      expect.stringContaining('`pollen-batch doctor`'),
    ]);
  });

  it('of a call that Temporal does not permit says which right is wanting', () => {
    const [first, remedy] = told(broken(7, 'Request unauthorized.'));
    expect(first).toContain('does not permit it (Request unauthorized.)');
    expect(remedy).toContain('TEMPORAL_API_KEY');
  });

  it('of a fault of ours says where in the code it was', () => {
    expect(told(broken(3, 'bad request'))[0]).toBe('internal: Error: Failed to start Workflow');
    expect(told(new TypeError('x'))[1]).toContain('error-text.test.ts');
  });
});
