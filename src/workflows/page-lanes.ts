import type { PageProgress } from './messages.ts';
import type { PageAgenda } from './page-agenda.ts';
import { createPagePlaces, type PagePlaces } from './page-places.ts';

/** A page's places in all lanes that its calls need. */
export interface PageLanes {
  /** The places in a lane; those in its own, where the lane is no other one. */
  of(lane: string): PagePlaces;
  /** Takes in that the run has granted places in a lane that is not its own; tells whether it is one. */
  granted(count: number, lane: string): boolean;
  /** The first lane with a call that could be made now. */
  waiting(): string | undefined;
  /**
   * Gives idle places what became ready, and gives back what is not needed.
   *
   * @param work - has a place take calls
   * @returns whether the run has to know of it
   */
  share(work: (places: PagePlaces) => void): boolean;
  /** As the run is told. */
  report(): Pick<PageProgress, 'waiting' | 'places' | 'freed' | 'others'>;
}

/**
 * Makes the places of a page, which has none yet.
 *
 * @param others - lanes besides its own; left out where all its calls count for the one
 */
export function createPageLanes(
  own: string,
  others: readonly string[] | undefined,
  agenda: Pick<PageAgenda, 'needs' | 'waiting'>,
): PageLanes {
  const ownPlaces = createPagePlaces(own, others !== undefined);
  const otherPlaces = (others ?? []).map((lane) => ({ ...createPagePlaces(lane, true), asked: 0 }));
  const all: readonly PagePlaces[] = [ownPlaces, ...otherPlaces];
  const find = (lane: string) => otherPlaces.find((places) => places.lane === lane);
  return {
    of: (lane) => find(lane) ?? ownPlaces,
    granted(count, lane) {
      const other = find(lane);
      if (other !== undefined) other.asked -= count;
      return other !== undefined;
    },
    waiting: () => all.find(({ lane }) => agenda.waiting(lane) > 0)?.lane,
    share(work) {
      if (others === undefined) return false;
      // What became ready may be for a place that is idle, in another lane.
      for (const places of all) {
        while (places.idle() > 0 && agenda.waiting(places.lane) > 0) work(places);
      }
      const hasChanged = otherPlaces.map((places) => {
        const gave = places.giveBack(agenda.needs(places.lane));
        const wanted = agenda.waiting(places.lane);
        const asks = wanted > 0 && places.asked <= 0;
        if (asks) places.asked = wanted;
        return gave || asks;
      });
      ownPlaces.giveBack(agenda.needs(own));
      return hasChanged.includes(true);
    },
    report: () => ({
      waiting: agenda.waiting(own),
      places: ownPlaces.granted(),
      freed: ownPlaces.freed(),
      ...(others && {
        others: otherPlaces.map((places) => ({
          lane: places.lane,
          waiting: agenda.waiting(places.lane),
          freed: places.freed(),
        })),
      }),
    }),
  };
}
