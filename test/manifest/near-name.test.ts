import { describe, expect, it } from 'vitest';
import { nearName } from '../../src/manifest/near-name.ts';

const known = ['id', 'text', 'image', 'messages', 'system', 'params'];

describe('the nearest known name', () => {
  it.each([
    ['txt', 'text'],
    ['txet', 'text'],
    ['Image', 'image'],
    ['mesages', 'messages'],
    ['message', 'messages'],
    ['parms', 'params'],
    ['pamras', 'params'],
    ['di', 'id'],
  ])('of %s is %s', (name, expected) => {
    expect(nearName(name, known)).toBe(expected);
  });

  it.each(['x', 'test-it', 'imaginary', '', 'x'.repeat(100_000)])('of %s is none', (name) => {
    expect(nearName(name, known)).toBeUndefined();
  });
});
