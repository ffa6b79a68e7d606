import { isObject } from '../json.ts';

/** What the workers' key could still spend at a moment: the budget of its own, else the wallet of its account. */
export interface BalanceReading {
  /** When the API had told it, ISO 8601. */
  readonly at: string;
  /** Decimal Pollen, rounded to 1e-8; below zero for an overdrawn wallet. */
  readonly pollen: string;
}

/** The reading that an object of a run keeps; none where the key may not read it, or the object is of an earlier version. */
export function readingIn(content: unknown): BalanceReading | undefined {
  const reading = isObject(content) ? content['balance'] : undefined;
  if (!isObject(reading)) return undefined;
  const { at, pollen } = reading;
  const isReading =
    typeof at === 'string' && typeof pollen === 'string' && /^-?\d{1,60}(?:\.\d{1,8})?$/.test(pollen);
  return isReading ? { at, pollen } : undefined;
}
