import type { Job } from '../manifest/job.ts';

/** A record of an earlier run that has some work done already. */
export interface DoneWork {
  readonly runId: string;
  /** Key of the record. */
  readonly key: string;
}

/** Work that earlier runs have done, by the digest of what was asked. */
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

/** An empty index. */
export function createReuseIndex(): ReuseIndex {
  const done = new Map<string, DoneWork>();
  return {
    add(digest, work) {
      if (!done.has(digest)) done.set(digest, work);
    },
    find: (digest) => done.get(digest),
    size: () => done.size,
  };
}
