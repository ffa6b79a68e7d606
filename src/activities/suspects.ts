/** Calls that may be what kills their worker: one of them is made at a time, so that none takes the others along. */
export interface Suspects {
  /**
   * Lets a call be made, if no other suspect is.
   *
   * @returns says that it has ended; `undefined` where it is not its turn
   */
  enter(): (() => void) | undefined;
}

/** Makes the turns of one worker. */
export function createSuspects(): Suspects {
  let isTaken = false;
  return {
    enter() {
      if (isTaken) return undefined;
      isTaken = true;
      return () => {
        isTaken = false;
      };
    },
  };
}
