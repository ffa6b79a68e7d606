import { describe, expect, it } from 'vitest';
import { decodeJobFile } from '../../src/manifest/decode-job-file.ts';
import { formatProblem } from '../../src/manifest/problem.ts';

const decoded = (bytes: Uint8Array): string => {
  const result = decodeJobFile(bytes, 'job.yaml');
  return 'text' in result ? result.text : result.problems.map(formatProblem).join('\n');
};

describe('the bytes of a job file', () => {
  it('are text when they are UTF-8, without their byte order mark', () => {
    expect(decoded(Buffer.from('\uFEFFname: bee 🐝\r\n'))).toBe('name: bee 🐝\r\n');
    expect(decoded(Buffer.alloc(0))).toBe('');
  });

  it('are refused as UTF-16 by their byte order mark, either way round', () => {
    const utf16 = Buffer.from('\uFEFFversion: 1', 'utf16le');
    expect(decoded(utf16)).toBe(
      'job.yaml:1:1: file-encoding: the file is UTF-16 (or UTF-32); save it as UTF-8',
    );
    expect(decoded(Buffer.from(utf16).swap16())).toContain('1:1: file-encoding');
  });

  it.each([
    ['a stray continuation byte', [...Buffer.from('version: 1\nname: é'), 0x80], '2:8'],
    ['Latin-1', [...Buffer.from('a\nb\ncaf'), 0xe9, 0x0a, 0x61], '3:4'],
    ['a character cut at the end of the file', [...Buffer.from('a: \u{1F41D}').subarray(0, 5)], '1:4'],
    ['a character cut at the end of a line', [0xe2, 0x82, 0x0a, 0x61], '1:1'],
    ['an encoded surrogate', [0x61, 0xed, 0xa0, 0x80, 0x62], '1:2'],
    ['a byte order mark and then a bad byte', [0xef, 0xbb, 0xbf, 0x61, 0xff], '1:2'],
  ])('are refused at the first byte that is not UTF-8: %s', (_about, bytes, place) => {
    expect(decoded(Uint8Array.from(bytes))).toBe(
      `job.yaml:${place}: file-encoding: the file is not UTF-8 from here on; save it as UTF-8`,
    );
  });

  it('are refused above 8 MiB and taken at 8 MiB', () => {
    expect(decoded(Buffer.alloc(8 * 1024 * 1024, 'a'))).toHaveLength(8 * 1024 * 1024);
    expect(decoded(Buffer.alloc(8 * 1024 * 1024 + 1, 'a'))).toContain('1:1: file-too-large');
  });
});
