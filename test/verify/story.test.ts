import { expect, it } from 'vitest';

import type { Marker } from '../../src/records/run-store.ts';
import type { Report } from '../../src/report/report.ts';
import { createFindings } from '../../src/verify/findings.ts';
import { checkStory } from '../../src/verify/story.ts';

const acted = (kind: string) => ({ version: 1, at: '2026-11-26T15:00:00.000Z', kind, reason: 'to think' });

function findingsOf(kept: readonly object[], story: readonly object[] | undefined, because?: string) {
  const findings = createFindings();
  const changes = kept.map((change, index) => [`changes/0000${index + 1}.json`, { ...change }] as const);
  checkStory(findings, { story } as Partial<Report>, { because } as Marker, changes);
  return findings.all().map(({ code, object }) => `${code} ${object}`);
}

it('the story of a run is what was kept of it, in its order', () => {
  const [suspend, resume] = [acted('suspend'), acted('resume')];
  expect(findingsOf([], undefined)).toEqual([]);
  expect(findingsOf([suspend, resume], [suspend, resume])).toEqual([]);
  for (const told of [undefined, [], [suspend], [resume, suspend], [suspend, { ...resume, reason: 'no' }]]) {
    expect(findingsOf([suspend, resume], told)).toEqual(['report-differs report.json']);
  }
});

it('reports of earlier versions tell of no budget that was set', () => {
  expect(findingsOf([acted('budget')], undefined)).toEqual([]);
});

it('nothing is done to a run that nobody can do, nor at no time', () => {
  for (const wrong of [acted('sell'), { ...acted('stop'), at: 'then' }]) {
    expect(findingsOf([wrong], [wrong])).toEqual(['object-unreadable changes/00001.json']);
  }
});

it('a run that was terminated was terminated by somebody', () => {
  expect(findingsOf([acted('terminate')], [acted('terminate')], 'terminated')).toEqual([]);
  expect(findingsOf([acted('stop')], [acted('stop')], 'terminated')).toEqual(['state-wrong changes/']);
});
