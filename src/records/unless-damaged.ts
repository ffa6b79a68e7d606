import { StoreError } from '../storage/store-error.ts';

/**
 * Reads what is good to have.
 *
 * @param otherwise - what is given where it is damaged, and so stays as it is however often it is read
 */
export async function unlessDamaged<Value, Otherwise = undefined>(
  read: () => Promise<Value>,
  otherwise?: Otherwise,
): Promise<Value | Otherwise> {
  try {
    return await read();
  } catch (error) {
    const isDamaged =
      error instanceof SyntaxError || (error instanceof StoreError && error.code === 'store-corrupt');
    if (isDamaged) return otherwise as Otherwise;
    throw error;
  }
}
