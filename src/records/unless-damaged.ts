import { StoreError } from '../storage/store-error.ts';

/** Reads what is good to have; `undefined` where it is damaged, and so stays as it is however often it is read. */
export async function unlessDamaged<Value>(read: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    if (error instanceof StoreError && error.code === 'store-corrupt') return undefined;
    throw error;
  }
}
