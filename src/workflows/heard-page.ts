import type { Counts } from '../records/counts.ts';
import type { PageProgress } from './messages.ts';

/** What a page has of a lane's places, and wants of them, as far as its run knows. */
export interface Account {
  readonly lane: string;
  granted: number;
  freed: number;
  waiting: number;
  /** Places that it was told to give up, and has not yet, as far as is known. */
  owed: number;
}

/** What a run has heard of a page. */
export interface HeardPage {
  /** Its own lane's first. */
  readonly accounts: readonly Account[];
  counts: Counts;
  /** Of the latest report that has come; 0 before the first. */
  turn: number;
}

/**
 * Takes in what a page told, unless the run has heard a later report: signals may come in another order. One of more places
 * than were granted is that of an execution of the page that is gone, and was granted them by a run that is gone.
 *
 * @param leavesOlder - asked where one is older: runs that took it all the same before go on so
 * @returns whether it was taken in
 */
export function hear(page: HeardPage, progress: PageProgress, leavesOlder: () => boolean): boolean {
  const { turn = page.turn } = progress;
  const [own, ...rest] = page.accounts;
  const isOlder = turn < page.turn || progress.places > (own?.granted ?? 0);
  if (isOlder && leavesOlder()) return false;
  if (own !== undefined) take(own, progress);
  for (const { lane, freed, waiting } of progress.others ?? []) {
    const account = rest.find((other) => other.lane === lane);
    if (account !== undefined) take(account, { freed, waiting });
  }
  page.counts = progress;
  page.turn = turn;
  return true;
}

function take(account: Account, { freed, waiting }: Pick<Account, 'freed' | 'waiting'>): void {
  account.owed = Math.max(0, account.owed - Math.max(0, freed - account.freed));
  account.freed = freed;
  account.waiting = waiting;
}
