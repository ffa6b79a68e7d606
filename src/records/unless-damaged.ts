import { PollenBatchError } from '../errors.ts';
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
    if (isDamage(error)) return otherwise as Otherwise;
    throw error;
  }
}

/** Whether an error says that an object is damaged, and not that the store is away. */
export function isDamage(error: unknown): error is Error {
  return (
    error instanceof SyntaxError ||
    (error instanceof StoreError && error.code === 'store-corrupt') ||
    (error instanceof PollenBatchError && error.code === 'store-unusable')
  );
}
