import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { PollenBatchError } from '../../src/errors.ts';
import { createSecret, keyKind, scrubPatterns } from '../../src/pollinations/secret.ts';

const key = 'sk_abcdefghijklmnopqrstuvwxyz012345';

describe('a secret', () => {
  it('reveals itself on request alone', () => {
    const secret = createSecret(` ${key}\n`);
    expect(secret.reveal()).toBe(key);
    expect(String(secret)).toBe('[redacted]');
    expect(JSON.stringify({ secret })).toBe('{"secret":"[redacted]"}');
    expect(inspect({ secret }, { depth: 9, showHidden: true })).not.toContain(key);
  });

  it.each([
    ['raw', (value: string) => value],
    ['base64', (value: string) => Buffer.from(value).toString('base64')],
    ['base64url', (value: string) => Buffer.from(value).toString('base64url')],
    ['hex', (value: string) => Buffer.from(value).toString('hex')],
    ['upper-case hex', (value: string) => Buffer.from(value).toString('hex').toUpperCase()],
    ['URL-escaped', encodeURIComponent],
    [
      'URL-escaped in lower case',
      (value: string) => encodeURIComponent(value).replaceAll(/%../g, (byte) => byte.toLowerCase()),
    ],
    ['JSON-escaped', (value: string) => JSON.stringify(value)],
  ])('scrubs its %s form', (_, encode) => {
    const value = 'odd"key\\with/specials+and=signs';
    const text = createSecret(value).scrub(`before ${encode(value)} after`);
    expect(text).toContain('[redacted]');
    expect(text).toMatch(/^before .*after$/);
    expect(text).not.toContain(encode(value));
    expect(text).not.toContain('specials');
  });

  it.each(['', 'a', 'ab', 'abc'])('is found within the base64 of a longer text, at any offset', (before) => {
    const value = 'odd"key\\with/specials+and=signs';
    const packed = Buffer.from(`${before}${value}:x`).toString('base64');
    const clean = createSecret(value).scrub(packed);
    expect(Buffer.from(clean, 'base64').toString('latin1')).not.toContain('specials');
    expect(clean.length).toBeLessThan(packed.length - 20);
  });

  it.each(['', '   ', 'two words', 'line\nbreak', 'schlüssel'])(
    'cannot be made of %j, and does not repeat it',
    (value) => {
      let thrown: unknown;
      try {
        createSecret(value);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toBeInstanceOf(PollenBatchError);
      expect(thrown).toMatchObject({ code: 'config-invalid' });
      if (value.trim() !== '') expect((thrown as Error).message).not.toContain(value);
    },
  );
});

describe('patterns of keys', () => {
  it.each([
    'sk_0123456789abcdefghij is bad',
    'pk_0123456789abcdef is bad',
    'Authorization: Bearer abc.def-ghi',
    'GET /image/x?model=flux&key=abcdefg HTTP/1.1',
    'signed with whsec_0123456789abcdef+/==',
  ])('are scrubbed from %j', (text) => {
    const clean = scrubPatterns(text);
    expect(clean).toContain('[redacted]');
    expect(clean).not.toMatch(/0123456789|abc\.def|abcdefg/);
  });

  it('leave ordinary words alone', () => {
    const text = 'The task_list and risk_free markers; bearers of news; ?monkey=1';
    expect(scrubPatterns(text)).toBe(text);
  });
});

it('tells what a key is for by its prefix', () => {
  expect([key, 'pk_0123456789abcdef', 'other'].map(keyKind)).toEqual(['secret', 'publishable', 'unknown']);
});
