import type { Documents } from '../documents.ts';
import { itemOf } from '../evidence.ts';
import { finder, type Finding } from '../finding.ts';

/** What a run's folder may hold besides its items. */
const known = new RegExp(
  [
    String.raw`^(?:job|begun|report|plan/plan)\.json$`,
    String.raw`^plan/[0-9a-z]+/page-\d{5,}\.jsonl$`,
    String.raw`^inputs/[0-9a-f]{64}$`,
    String.raw`^results/part-\d{5,}\.jsonl$`,
    String.raw`^(?:errors|bill|bill-rows)\.jsonl$`,
    String.raw`^(?:report\.md|index\.html|_SUCCESS|_FAILED)$`,
    String.raw`^gallery/(?:page-\d{4,}\.html|thumbnails-\d{5,}\.jsonl)$`,
    String.raw`^(?:corrections|changes)/\d{5}\.json$`,
  ].join('|'),
);

const ofItem = /^(?:items\/\d{5,}|late)\/(\d{7,})-(.*)$/;

/** I3: nothing is in bucket, bill or journal that the job did not ask for. */
export function nothingUnasked(run: Documents): readonly Finding[] {
  const findings: Finding[] = [];
  for (const key of run.objects.keys()) {
    const [, number = '', rest = ''] = ofItem.exec(key) ?? [];
    const id = run.planned.get(Number(number));
    const isOfItem = id !== undefined && number !== '' && rest.startsWith(`${id}.`);
    if (!known.test(key) && !isOfItem)
      findings.push(finder('I3', key)('no item of the job has asked for it'));
  }
  for (const { id, number } of run.bill) {
    if (run.planned.get(number) !== id)
      findings.push(finder('I3', id)('the bill has it, and the plan has it not'));
  }
  for (const entry of run.journal) {
    const id = run.planned.get(itemOf(run.runId, entry));
    if (id === undefined) {
      findings.push(finder('I3', entry.requestId)('it was sent for an item that is not planned'));
      continue;
    }
    const sent = plain(`${entry.path}\n${entry.body ?? ''}`);
    const missing = run.asked?.get(id)?.find((words) => !sent.includes(words));
    if (missing !== undefined)
      findings.push(finder('I3', entry.requestId)(`what was sent does not hold “${missing}”`));
  }
  return findings;
}

function plain(sent: string): string {
  try {
    return decodeURIComponent(sent);
  } catch {
    return sent;
  }
}
