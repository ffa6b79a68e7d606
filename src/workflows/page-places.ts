/** Times that a page gives places back which it may want again: each costs events in two histories. */
const RETURNS = 4;
/** The share of the places it holds that must be idle for that. */
const SHARE = 4;

/** A page's places in one lane. */
export interface PagePlaces {
  readonly lane: string;
  grant(places: number): void;
  /** Takes in that a place has a call, or none any more. */
  enter(): void;
  leave(): void;
  /** Places without a call that the page holds on to. */
  idle(): number;
  granted(): number;
  /** Places given back for good. */
  freed(): number;
  /**
   * Takes in how many places its run wants back since it began. They go as their calls end.
   *
   * @param places - in all
   */
  shed(places: number): void;
  /** Whether a place is to go before it takes another call. */
  owes(): boolean;
  /**
   * Gives idle places back.
   *
   * @param isNeeded - whether the page may still have calls for the lane; it then keeps a place
   * @returns whether there were any
   */
  giveBack(isNeeded: boolean): boolean;
}

/**
 * Makes a page's places in one lane. A place without a call is given back at once, or, where the page has calls in
 * several lanes, with care: a page that has a place in each lane that it needs never waits for another page, which may
 * wait for it.
 *
 * @param keeps - whether the page has calls in several lanes
 */
export function createPagePlaces(lane: string, keeps: boolean): PagePlaces {
  let granted = 0;
  let running = 0;
  let returned = 0;
  let returns = 0;
  let wanted = 0;
  let owed = 0;
  return {
    lane,
    grant(places) {
      granted += places;
    },
    enter() {
      running += 1;
    },
    leave() {
      running -= 1;
      if (owed === 0) return;
      owed -= 1;
      if (keeps) returned += 1;
    },
    shed(places) {
      // One is kept where the page has several lanes: without it, it would wait for another page.
      const most = keeps ? Math.max(0, granted - returned - 1) : running;
      owed = Math.min(owed + Math.max(0, places - wanted), most);
      wanted = Math.max(wanted, places);
      if (!keeps) return;
      const idle = Math.min(owed, granted - returned - running);
      returned += idle;
      owed -= idle;
    },
    owes: () => owed > 0,
    idle: () => (keeps ? granted - returned - running : 0),
    granted: () => granted,
    freed: () => (keeps ? returned : granted - running),
    giveBack(isNeeded) {
      const held = granted - returned;
      const spare = held - Math.max(running, isNeeded ? 1 : 0);
      if (!keeps || spare <= 0) return false;
      if (isNeeded && (returns >= RETURNS || spare * SHARE < held)) return false;
      if (isNeeded) returns += 1;
      returned += spare;
      return true;
    },
  };
}
