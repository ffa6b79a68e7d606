import type { DoubtReport } from './report.ts';
import { isMissing, type ResultLine } from './result-line.ts';

/** Said of results that are the same although what was asked for is not. */
export const SAME_BYTES =
  'The same bytes came for different prompts: the API may have returned the answer to another one.';

/** Short texts are often the same, as a word of a classification is; a picture never is. */
const LEAST_BYTES = { text: 256, image: 0 };
/** More ways to doubt are told as one. */
const MOST = 20;
/** Half a digest: no two of a run have the same by chance. */
const DIGEST = 32;

/** Takes result lines, and tells which results look wrong although they passed every check. */
export interface DoubtFold {
  add(line: ResultLine): void;
  /** The most items first. */
  read(): readonly DoubtReport[];
}

/** Groups of doubtful results; of each result it remembers who asked for it first. */
export function createDoubtFold(): DoubtFold {
  const groups = new Map<string, DoubtReport>();
  const first = new Map<string, { readonly digest: string; readonly id: string; isTold: boolean }>();

  function count(doubt: string, example: string, items = 1): void {
    const key = groups.has(doubt) || groups.size < MOST ? doubt : 'The results look wrong in other ways.';
    const known = groups.get(key) ?? { doubt: key, items: 0, example };
    groups.set(key, { ...known, items: known.items + items });
  }

  function addResult(id: string, { kind, sha256, digest, bytes = 0, doubt }: Result): void {
    // Numbers tell one of a kind from another.
    if (doubt !== undefined) count(doubt.replaceAll(/-?\d+/g, '…'), id);
    if (sha256 === undefined || digest === undefined || bytes < LEAST_BYTES[kind]) return;
    const name = sha256.slice(0, DIGEST);
    const earlier = first.get(name);
    if (earlier === undefined) first.set(name, { digest: digest.slice(0, DIGEST), id, isTold: false });
    else if (earlier.digest !== digest.slice(0, DIGEST)) {
      count(SAME_BYTES, id, earlier.isTold ? 1 : 2);
      earlier.isTold = true;
    }
  }

  return {
    add(line) {
      if (line.steps !== undefined) {
        for (const step of line.steps) if (step.status === 'succeeded') addResult(line.id, step);
      } else if (!isMissing(line) && line.status === 'succeeded') addResult(line.id, line);
    },
    read: () =>
      [...groups.values()].sort(
        (left, right) => right.items - left.items || (left.doubt < right.doubt ? -1 : 1),
      ),
  };
}

interface Result {
  readonly kind: 'text' | 'image';
  readonly sha256?: string;
  readonly digest?: string;
  readonly bytes?: number;
  readonly doubt?: string;
}
