import type { PageProgress } from './messages.ts';

/** Progress reports that a page sends its run, at most, besides the places it gives back. */
const REPORTS = 4;
/** Portions in which a draining page gives its places back. */
const PORTIONS = 4;

export interface Reporter {
  /**
   * Sends the progress if it is worth a signal.
   *
   * @param ended - items that are done with
   */
  note(progress: PageProgress, ended: number): void;
  /** Sends it for other lanes: the run has to know what is given back there, or wanted. */
  tell(progress: PageProgress): void;
  /** Takes in that the run has granted places. */
  granted(places: number): void;
  /** Resolves when every report has been delivered. */
  settled(): Promise<void>;
}

/**
 * Decides which progress is worth a signal: each one costs events in two histories, so a page tells its run about each
 * quarter of its items, and gives its places back in quarters of what it held when it was last granted some. Where a step makes calls ready that
 * the run takes for done, it asks for places. Reports are numbered: they may come in another order.
 *
 * @param before - turn before that of the first report
 * @param countsHeld - asked where quarters of all that was ever granted are larger than those of what is held: pages that
 * were under way before the two were told apart go on with the former
 * @param dense - failed items after which it tells at once, where the run has fail-fast
 */
export function createReporter(
  items: number,
  send: (progress: PageProgress) => Promise<void>,
  before: number,
  countsHeld: () => boolean = () => true,
  dense = Infinity,
): Reporter {
  const itemStep = Math.max(1, Math.ceil(items / REPORTS));
  let reportedItems = 0;
  let reportedPlaces = 0;
  let reportedFailures = 0;
  let granted = 0;
  let held = 0;
  let turn = before;
  // What the run takes to be waiting; at first a call an item.
  let believed = items;
  const sending: Promise<void>[] = [];
  function sendNow(progress: PageProgress): void {
    believed = progress.waiting;
    reportedPlaces = progress.freed;
    reportedFailures = progress.ended?.failed ?? 0;
    turn += 1;
    // A run that is gone must not take the page's paid calls with it.
    sending.push(send({ ...progress, turn }).catch(() => {}));
  }
  return {
    tell: sendNow,
    granted(places) {
      believed -= places;
    },
    note(progress, ended) {
      if (progress.places !== granted) {
        granted = progress.places;
        held = progress.places - progress.freed;
      }
      if (ended >= items) return;
      const freed = progress.freed - reportedPlaces;
      const gives = (places: number): boolean => freed >= Math.max(1, Math.ceil(places / PORTIONS));
      const isDue = ended - reportedItems >= itemStep || gives(granted) || (gives(held) && countsHeld());
      const isHungry = progress.waiting > 0 && believed <= 0;
      const isFailing = (progress.ended?.failed ?? 0) - reportedFailures >= dense;
      if (!isDue && !isHungry && !isFailing) return;
      reportedItems = ended;
      sendNow(progress);
    },
    async settled() {
      await Promise.all(sending);
    },
  };
}
