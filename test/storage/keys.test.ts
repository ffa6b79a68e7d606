import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jobPrefix, parseRecordKey, probeKey, rootPrefix, runKeys } from '../../src/storage/keys.ts';

const run = { prefix: 'batches', emulated: false, job: 'shots', runId: 'shots-0a1b2c3d4e' };

describe('runKeys', () => {
  it('lays a run out as documented', () => {
    const keys = runKeys(run);
    expect([
      keys.job,
      keys.plan,
      keys.page('0a1b2c3d4e', 0),
      keys.attempts(7, 3501, 'hero'),
      keys.input('9f86d081'),
      keys.itemPrefix(7),
      keys.artifact(7, 3501, 'hero', 'png'),
      keys.artifact(7, 3501, 'hero', 'png', { step: 'shot' }),
      keys.artifact(7, 3501, 'hero', 'png', { step: 'shot', index: 2 }),
      keys.request(7, 3501, 'hero', { step: 'shot' }),
      keys.record(7, 3501, 'hero'),
      keys.part(7),
      keys.errors,
      keys.report,
      keys.bill,
      keys.gallery(1),
      keys.gallery(2),
      keys.thumbnails(7),
      keys.success,
      keys.failed,
      keys.late('0003501-hero.json'),
    ]).toMatchInlineSnapshot(`
      [
        "batches/shots/shots-0a1b2c3d4e/job.json",
        "batches/shots/shots-0a1b2c3d4e/plan/plan.json",
        "batches/shots/shots-0a1b2c3d4e/plan/0a1b2c3d4e/page-00000.jsonl",
        "batches/shots/shots-0a1b2c3d4e/items/00007/0003501-hero.attempts.json",
        "batches/shots/shots-0a1b2c3d4e/inputs/9f86d081",
        "batches/shots/shots-0a1b2c3d4e/items/00007/",
        "batches/shots/shots-0a1b2c3d4e/items/00007/0003501-hero.png",
        "batches/shots/shots-0a1b2c3d4e/items/00007/0003501-hero.shot.png",
        "batches/shots/shots-0a1b2c3d4e/items/00007/0003501-hero.shot.2.png",
        "batches/shots/shots-0a1b2c3d4e/items/00007/0003501-hero.shot.request.json",
        "batches/shots/shots-0a1b2c3d4e/items/00007/0003501-hero.record.json",
        "batches/shots/shots-0a1b2c3d4e/results/part-00007.jsonl",
        "batches/shots/shots-0a1b2c3d4e/errors.jsonl",
        "batches/shots/shots-0a1b2c3d4e/report.json",
        "batches/shots/shots-0a1b2c3d4e/bill.jsonl",
        "batches/shots/shots-0a1b2c3d4e/index.html",
        "batches/shots/shots-0a1b2c3d4e/gallery/page-0002.html",
        "batches/shots/shots-0a1b2c3d4e/gallery/thumbnails-00007.jsonl",
        "batches/shots/shots-0a1b2c3d4e/_SUCCESS",
        "batches/shots/shots-0a1b2c3d4e/_FAILED",
        "batches/shots/shots-0a1b2c3d4e/late/0003501-hero.json",
      ]
    `);
  });

  it('keeps emulated runs below a folder of their own', () => {
    expect(runKeys({ ...run, emulated: true }).job).toBe('emulated/batches/shots/shots-0a1b2c3d4e/job.json');
    expect(() => runKeys({ ...run, prefix: 'emulated/x' })).toThrow(RangeError);
  });

  it('works without a prefix and with a deep one', () => {
    expect(jobPrefix({ ...run, prefix: '' })).toBe('shots/');
    expect(rootPrefix({ ...run, prefix: 'team/2026' })).toBe('team/2026/');
    expect(probeKey({ prefix: 'team', emulated: true })).toBe('emulated/team/_probe');
  });

  it.each(['', '.', '..', 'a/b', '/a', 'a b', 'ä', '_SUCCESS', '-x', 'a\n', 'x'.repeat(129)])(
    'refuses %j as a part of a key',
    (name) => {
      expect(() => runKeys({ ...run, runId: name })).toThrow(RangeError);
      expect(() => runKeys(run).record(0, 0, name)).toThrow(RangeError);
      expect(() => runKeys(run).artifact(0, 0, 'hero', name)).toThrow(RangeError);
    },
  );

  it('refuses numbers that count nothing', () => {
    expect(() => runKeys(run).page('0a1b2c3d4e', -1)).toThrow(RangeError);
    expect(() => runKeys(run).record(0, 1.5, 'hero')).toThrow(RangeError);
  });

  it('gives back number and id of every record key, and of no other key', () => {
    const id = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/u);
    fc.assert(
      fc.property(fc.nat({ max: 1e8 }), id, (number, name) => {
        const keys = runKeys(run);
        expect(parseRecordKey(keys.record(Math.floor(number / 500), number, name))).toEqual({
          number,
          id: name,
        });
        expect(parseRecordKey(keys.artifact(0, number, name, 'png'))).toBeUndefined();
      }),
    );
  });

  it('sorts keys of pages and items in their order', () => {
    const keys = runKeys(run);
    const records = [0, 1, 9, 10, 499, 1_000, 999_999].map((number) => keys.record(0, number, 'x'));
    expect([...records].sort()).toEqual(records);
  });
});
