import type { EndState } from '../../records/outcome.ts';
import { areEnough, isFruitless } from '../../records/recent.ts';
import type { Collected } from '../../records/run-store.ts';
import type { RunLocation } from '../../storage/keys.ts';

/** What has to be known of a run to say whether it may go. */
export interface KnownRun {
  readonly run: RunLocation;
  /** Absent as long as it has not ended. */
  readonly end?: {
    /** ISO 8601. */
    readonly at: string;
    readonly state: EndState;
    /** Items that it has got; absent where its marker does not say. */
    readonly succeeded?: number;
    readonly collected?: Collected;
  };
  /** Ids of runs whose results it has by reference, or is still to take over. */
  readonly needs: readonly string[];
  /** Set where it was claimed and has no plan yet, so that it may need any run of its job. */
  readonly isUnplanned?: true;
  /** Names API and dialect, whose runs alone take over from one another; absent where nothing tells. */
  readonly api?: string;
  /** Whether later runs of its job take over what it has: its job says so. */
  readonly isTakenOver: boolean;
}

/** Why a run that is old enough stays. */
export type KeptBecause =
  /** A run that stays has results of it by reference, or is still to take some over. */
  | { readonly kind: 'needed'; readonly by: string }
  /** A run of its job was claimed and has no plan yet, so that nobody can tell. */
  | { readonly kind: 'unplanned'; readonly by: string }
  /** It is among the last of a job whose next run takes over what they have, and would else pay again. */
  | { readonly kind: 'taken-over' };

/** Which runs go, and which stay. */
export interface Choice {
  /** Those that need others before these, so that what is interrupted leaves no run without what it needs. */
  readonly go: readonly KnownRun[];
  readonly stay: readonly { readonly run: RunLocation; readonly because: KeptBecause }[];
}

/**
 * Chooses runs whose results may go: those that ended before a time, and that no run needs which stays.
 *
 * @param runs - all of the bucket's, or of a job: what a run needs is of its own job
 * @param before - ISO 8601
 */
export function choose(runs: readonly KnownRun[], before: string): Choice {
  const old = runs.filter(({ end }) => end !== undefined && end.at < before);
  const because = new Map<string, KeptBecause>();
  for (const { run } of lastOnes(runs)) because.set(nameOf(run), { kind: 'taken-over' });
  const stays = ({ run, end }: KnownRun): boolean =>
    because.has(nameOf(run)) || end === undefined || end.at >= before;
  const open = runs.filter(stays);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { run } = next;
    for (const found of neededBy(next, runs)) {
      if (stays(found)) continue;
      because.set(nameOf(found.run), {
        kind: next.needs.includes(found.run.runId) ? 'needed' : 'unplanned',
        by: run.runId,
      });
      open.push(found);
    }
  }
  return {
    go: inOrder(old.filter((one) => !because.has(nameOf(one.run)))),
    stay: old.flatMap(({ run }) => {
      const reason = because.get(nameOf(run));
      return reason === undefined ? [] : [{ run, because: reason }];
    }),
  };
}

function neededBy(
  { run, end, needs, isUnplanned }: KnownRun,
  runs: readonly KnownRun[],
): readonly KnownRun[] {
  // What has been collected refers to nothing any more.
  if (end?.collected !== undefined) return [];
  return runs.filter(
    (other) => isSameJob(other.run, run) && (isUnplanned === true || needs.includes(other.run.runId)),
  );
}

// Of each job whose runs take over, by API: those that the next run would look at.
function lastOnes(runs: readonly KnownRun[]): readonly KnownRun[] {
  const wanting = new Set(runs.filter(({ isTakenOver }) => isTakenOver).map(({ run }) => jobOf(run)));
  const groups = new Map<string, KnownRun[]>();
  for (const one of runs) {
    const { run, end, api = '' } = one;
    if (end === undefined || end.collected !== undefined || isFruitless(end)) continue;
    if (!wanting.has(jobOf(run))) continue;
    const name = `${jobOf(run)} ${api}`;
    groups.set(name, [...(groups.get(name) ?? []), one]);
  }
  return [...groups.values()].flatMap((own) => {
    const sorted = own.toSorted((left, right) => ((left.end?.at ?? '') < (right.end?.at ?? '') ? 1 : -1));
    const looked = sorted.map(({ run: { runId }, end }) => ({ runId, state: end?.state ?? 'failed' }));
    const enough = sorted.findIndex((_, index) => areEnough(looked.slice(0, index + 1)));
    return enough < 0 ? sorted : sorted.slice(0, enough + 1);
  });
}

function inOrder(runs: readonly KnownRun[]): readonly KnownRun[] {
  const left = new Map(runs.map((one) => [nameOf(one.run), one]));
  const sorted: KnownRun[] = [];
  const visit = (one: KnownRun): void => {
    if (!left.delete(nameOf(one.run))) return;
    for (const other of runs) {
      if (isSameJob(other.run, one.run) && other.needs.includes(one.run.runId)) visit(other);
    }
    sorted.push(one);
  };
  for (const one of runs) visit(one);
  return sorted;
}

function nameOf({ emulated, runId }: RunLocation): string {
  return `${emulated} ${runId}`;
}

function jobOf({ emulated, job }: RunLocation): string {
  return `${emulated} ${job}`;
}

function isSameJob(left: RunLocation, right: RunLocation): boolean {
  return jobOf(left) === jobOf(right);
}
