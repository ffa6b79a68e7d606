import { isDeepStrictEqual } from 'node:util';

import type { Documents, Line } from '../documents.ts';
import { finder, type Finding } from '../finding.ts';
import { sumOf, unitsOf } from '../money.ts';

/** I8: the report is what the records come to. */
export function reportIsFold(run: Documents): readonly Finding[] {
  const { runId, report, markers, lines, records, late } = run;
  const say = finder('I8', runId);
  if (report === undefined) return [say('it has no report')];
  const findings: Finding[] = [];
  const byNumber = new Map<number, Line>();
  for (const record of records.values()) byNumber.set(record.number, record);
  // What came late is laid over the line of its item.
  const touched = new Set(late.map(({ number }) => number));
  for (const line of lines) {
    const record = byNumber.get(line.number);
    const hasRecord = line.status === 'succeeded' || line.status === 'failed';
    if (hasRecord !== (record !== undefined) && line.reused === undefined && !touched.has(line.number)) {
      findings.push(
        finder('I8', line.id)(`it ended as ${line.status} ${record ? 'with' : 'without'} a record`),
      );
    }
    if (record === undefined || touched.has(line.number)) continue;
    if (!isDeepStrictEqual(shared(line), shared(record))) {
      findings.push(finder('I8', line.id)('its result is not its record'));
    }
  }
  // The lines are those of the records; what came late before the end is on the bill beside them.
  const known = run.bill.filter(({ certainty }) => certainty !== 'unknown');
  const unknown = run.bill.length - known.length;
  const settled = sumOf(known, ({ amount }) => amount ?? '0');
  const ofLines = sumOf(lines, ({ cost }) => cost.settled);
  if (late.length === 0 && ofLines !== settled) {
    findings.push(say(`its items come to ${ofLines} units, its bill to ${settled}`));
  }
  for (const [name, { tally }] of [['report.json', report], ...markers] as const) {
    if (unitsOf(tally.settled) !== settled || tally.unknown.count !== unknown) {
      findings.push(
        say(
          `${name} says ${tally.settled} and ${tally.unknown.count} unknown, its bill comes to ${settled} units and ${unknown}`,
        ),
      );
    }
  }
  const attempts: Record<string, number> = {};
  for (const { code } of run.bill) attempts[code] = (attempts[code] ?? 0) + 1;
  // These are counted, not listed.
  const throttled = lines.reduce((sum, line) => sum + (line.throttled ?? 0), attempts['throttled'] ?? 0);
  if (throttled > 0) attempts['throttled'] = throttled;
  if (!isDeepStrictEqual(sorted(attempts), sorted(report.attempts))) {
    findings.push(
      say(
        `the report has attempts as ${JSON.stringify(report.attempts)}, they are ${JSON.stringify(attempts)}`,
      ),
    );
  }
  return findings;
}

function sorted(counts: Readonly<Record<string, number>>): readonly unknown[] {
  return Object.entries(counts).sort(([left], [right]) => (left < right ? -1 : 1));
}

// The results name the key of the record, and leave its small picture to the gallery.
function shared(line: Line): object {
  const {
    key: _key,
    thumbnail: _thumbnail,
    ...rest
  } = line as Line & Partial<Record<'key' | 'thumbnail', unknown>>;
  return rest;
}
