import { createHash } from 'node:crypto';

import type { JournalEntry } from '../../../src/emulator/index.ts';
import type { Answer, Documents } from '../documents.ts';
import { callOf, requestPrefix } from '../evidence.ts';
import { finder, type Finding } from '../finding.ts';

/** I2: what is stored of an item that succeeded are the very bytes that the API made for its request. */
export function bytesMade(run: Documents): readonly Finding[] {
  const byCall = new Map<string, JournalEntry[]>();
  for (const entry of run.journal) byCall.set(callOf(entry), [...(byCall.get(callOf(entry)) ?? []), entry]);
  const findings: Finding[] = [];
  const records = recordsOf(run);
  for (const line of run.lines) {
    const say = finder('I2', line.id);
    const count = records.get(line.number) ?? 0;
    if (line.status === 'succeeded' && line.reused === undefined && count !== 1) {
      findings.push(say(`it has ${count} records`));
    }
    for (const answer of line.steps ?? [line]) {
      if (answer.status !== 'succeeded' || answer.reused !== undefined || line.reused !== undefined) continue;
      const name = `${requestPrefix(run.runId)}${line.number}${partOf(answer)}`;
      const words = whatIsWrong(run, answer, byCall.get(name) ?? []);
      if (words !== undefined) findings.push(say(words));
    }
  }
  return findings;
}

// How many there are of each item, by what their keys say.
function recordsOf({ records }: Documents): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const key of records.keys()) {
    const number = Number(/\/(\d+)-/.exec(key)?.[1]);
    counts.set(number, (counts.get(number) ?? 0) + 1);
  }
  return counts;
}

// As requests are named: the step, its place in a list, and how often the answer was mended.
function partOf({ step, index, repair }: Answer): string {
  if (step === undefined) return '';
  const parts = [
    step,
    ...(index === undefined ? [] : [index]),
    ...(repair === undefined ? [] : [`r${repair}`]),
  ];
  return `-${parts.join('_').replaceAll('.', '_')}`;
}

function whatIsWrong(
  { objects, runId }: Documents,
  { kind, artifact, text, sha256 }: Answer,
  entries: readonly JournalEntry[],
): string | undefined {
  const made = new Set(
    entries.flatMap(({ bodySha256, contentSha256 }) => {
      const hash = kind === 'text' ? contentSha256 : bodySha256;
      return hash === undefined ? [] : [hash];
    }),
  );
  if (made.size === 0) return `the API has made nothing for it (${entries.length} requests)`;
  const below = artifact?.key.split(`/${runId}/`)[1] ?? '';
  const body = artifact === undefined ? Buffer.from(text ?? '') : objects.get(below);
  if (body === undefined) return `${artifact?.key} is not in the bucket`;
  const stored = createHash('sha256').update(body).digest('hex');
  if (!made.has(stored)) return `${body.length} bytes are stored that the API has not made for it`;
  return stored === sha256 ? undefined : 'its results give another sha256 than that of the stored bytes';
}
