import type { ObjectStore } from './object-store.ts';

/** A store from which objects can be taken. */
export type ErasableStore = ObjectStore & {
  /** Removes an object; one that is not there is fine. */
  remove(key: string): Promise<void>;
};

/** A store that deletes with another identity than it reads and writes with. */
export function withEraser<Store extends ErasableStore>(
  store: Store,
  eraser: Pick<ErasableStore, 'remove'>,
): Store {
  return { ...store, remove: (key) => eraser.remove(key) };
}
