import type { Job } from '../manifest/job.ts';

/** A record of an earlier run that has some work done already. */
export interface DoneWork {
  readonly runId: string;
  /** Key of the record. */
  readonly key: string;
}

/** Work that earlier runs have done, by its digest. */
export interface ReuseIndex {
  /** Adds work; what is known already stays, so the newest run is added first. */
  add(digest: string, work: DoneWork): void;
  find(digest: string): DoneWork | undefined;
  readonly size: () => number;
}

/** Whether a job wants what its earlier runs have done: by itself, or by a schedule that calls for what is new only. */
export function takesOver({ reuse, schedule }: Job): boolean {
  return reuse === true || schedule?.newOnly === true;
}

/** An empty index. Of each work it keeps two short strings; what the works of a page have in common is kept once. */
export function createReuseIndex(): ReuseIndex {
  const positions = new Map<string, number>();
  const names: string[] = [];
  const places: DoneWork[] = [];
  const folders = new Map<string, DoneWork>();
  return {
    add(digest, { runId, key }) {
      const short = shortened(digest);
      if (positions.has(short)) return;
      const end = key.lastIndexOf('/') + 1;
      const folder = key.slice(0, end);
      const place = folders.get(folder) ?? { runId, key: folder };
      folders.set(folder, place);
      positions.set(short, names.length);
      // Of its own: a part of a string keeps the whole.
      names.push(Buffer.from(key.slice(end)).toString());
      places.push(place);
    },
    find(digest) {
      const position = positions.get(shortened(digest));
      const place = position === undefined ? undefined : places[position];
      return position === undefined || place === undefined
        ? undefined
        : { runId: place.runId, key: `${place.key}${names[position]}` };
    },
    size: () => positions.size,
  };
}

// A byte a character instead of two hexadecimal digits.
function shortened(digest: string): string {
  const bytes = Buffer.from(digest, 'hex');
  return bytes.length * 2 === digest.length ? bytes.toString('latin1') : digest;
}
