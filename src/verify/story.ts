import { isDeepStrictEqual } from 'node:util';

import type { Marker } from '../records/run-store.ts';
import type { Report } from '../report/report.ts';
import { firstDifference, shown, type Findings } from './findings.ts';
import type { Opening } from './opening.ts';

/** What may be done to a run that goes on. */
const kinds: ReadonlySet<unknown> = new Set([
  'suspend',
  'resume',
  'approve',
  'stop',
  'terminate',
  'budget',
  'concurrency',
  'priority',
  'deadline',
]);

/** Holds what the report tells of people's acts against what was kept of them. */
export function checkStory(
  findings: Findings,
  { story }: Partial<Report>,
  { because }: Marker,
  changes: Opening['changes'],
): void {
  const kept = changes.map(([, content]) => content);
  for (const [object, { kind, at }] of changes) {
    if (kinds.has(kind) && typeof at === 'string' && !Number.isNaN(Date.parse(at))) continue;
    findings.add('object-unreadable', object, 'what was done to the run, and when', shown({ kind, at }));
  }
  // Runs of earlier versions told of no budget that was set, and of nothing else.
  const isOld = story === undefined && kept.every(({ kind }) => kind === 'budget');
  if (!isOld && !isDeepStrictEqual(story ?? [], kept)) {
    const difference = firstDifference(kept, story ?? [], 'story');
    findings.add('report-differs', 'report.json', difference.expected, difference.found);
  }
  if (because === 'terminated' && !kept.some(({ kind }) => kind === 'terminate')) {
    findings.add('state-wrong', 'changes/', 'that the run was terminated', 'nothing');
  }
}
