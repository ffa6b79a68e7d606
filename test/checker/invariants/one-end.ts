import type { Documents } from '../documents.ts';
import { finder, type Finding } from '../finding.ts';

const ends = ['succeeded', 'failed', 'cancelled', 'expired', 'skipped'];

/** I1: every item has exactly one end, and the counts add up to their number. */
export function oneEnd(run: Documents): readonly Finding[] {
  const say = finder('I1', run.runId);
  const findings: Finding[] = [];
  const { markers, report, planned, lines, asked, temporal } = run;
  const [marker] = markers.values();
  if (markers.size !== 1 || marker === undefined) {
    return [say(`it has ${markers.size} markers: ${[...markers.keys()].join(', ') || 'none'}`)];
  }
  const fits = markers.has('_SUCCESS') === (marker.state === 'completed');
  if (!fits) findings.push(say(`the marker ${[...markers.keys()].join()} says ${marker.state}`));

  const seen = new Map<number, number>();
  for (const { number } of lines) seen.set(number, (seen.get(number) ?? 0) + 1);
  for (const [number, id] of planned) {
    const count = seen.get(number) ?? 0;
    if (count !== 1) findings.push(finder('I1', id)(`it stands in the results ${count} times`));
  }
  for (const { id, status } of lines) {
    if (!ends.includes(status)) findings.push(finder('I1', id)(`it ended as ${status}`));
  }
  const ids = new Set(planned.values());
  for (const id of asked?.keys() ?? []) {
    if (!ids.has(id)) findings.push(finder('I1', id)('it was asked for, and the plan has it not'));
  }

  if (report !== undefined) {
    const { succeeded, failed, cancelled, expired = 0 } = report.tally;
    const sum = succeeded + failed + cancelled + expired;
    if (sum !== planned.size || report.items !== planned.size) {
      findings.push(say(`${planned.size} items are planned, ${report.items} reported, ${sum} counted`));
    }
    const counts = { succeeded, failed, cancelled, expired };
    for (const [status, count] of Object.entries(counts)) {
      const found = lines.filter((line) => line.status === status).length;
      if (found !== count) findings.push(say(`${count} items are counted as ${status}, ${found} are`));
    }
  }
  if (temporal !== undefined && (temporal.status !== 'COMPLETED' || temporal.openPages > 0)) {
    findings.push(say(`Temporal has it as ${temporal.status}, with ${temporal.openPages} open pages`));
  }
  return findings;
}
