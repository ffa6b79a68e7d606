import { describe, expect, it } from 'vitest';

import { compareClaims } from '../../src/records/claim.ts';
import type { JobFile } from '../../src/records/run-store.ts';
import { jobOf } from '../support/job.ts';
import { api, run } from '../support/samples.ts';

const yaml =
  'version: 1\nname: bees\nlimits: { concurrency: 4 }\nlabels: { team: design }\nitems: [{ text: One bee }]\n';
const file = (text = yaml, changes: Partial<JobFile> = {}): JobFile => ({
  version: 1,
  runId: run.runId,
  api,
  allowUnpriced: false,
  job: jobOf(text),
  ...changes,
});

describe('a claim that comes again', () => {
  it('is the same, whatever its seeds would be drawn from', () => {
    expect(compareClaims(file(yaml, { seedScope: 'a' }), file(yaml, { seedScope: 'b' }))).toEqual({
      settings: [],
    });
  });

  it('is for the same work under other settings, each of which is told', () => {
    const other = yaml
      .replace('concurrency: 4', 'concurrency: 8')
      .replace(
        'labels: { team: design }',
        'deadline: 6h\ncanary: { items: 5, maxCost: "0.1" }\nfailFast: 0.5',
      );
    const wanted = file(other, { allowUnpriced: true, api: { ...api, cacheMode: 'none' } });
    expect(compareClaims(file(), wanted)).toEqual({
      settings: [
        { name: 'labels', from: 'team=design', to: '' },
        { name: 'limits.concurrency', from: '4', to: '8' },
        { name: 'canary', from: '', to: '5 (maxCost 0.1)' },
        { name: 'deadline', from: '', to: '6h' },
        { name: 'failFast', from: '', to: '0.5 of 20' },
        { name: 'allowUnpriced', from: 'false', to: 'true' },
        { name: 'POLLINATIONS_CACHE', from: 'exact', to: 'none' },
      ],
    });
  });

  it('is for other work with other seeds or another content', () => {
    expect(compareClaims(file(), file(yaml, { allFresh: true })).work).toBe('seeds');
    expect(compareClaims(file(), file(yaml.replace('One', 'Two'))).work).toBe('content');
  });
});
