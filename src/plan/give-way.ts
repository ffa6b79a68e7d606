import { setImmediate } from 'node:timers/promises';

/** Items planned at a stretch: some hundredths of a second. */
const STRETCH = 256;

/** Lets timers and sockets have their turn now and then, as planning by itself waits for nothing: a worker beats on. */
export function createGiveWay(): () => Promise<void> | undefined {
  let count = 0;
  return () => {
    count += 1;
    return count % STRETCH === 0 ? setImmediate() : undefined;
  };
}
