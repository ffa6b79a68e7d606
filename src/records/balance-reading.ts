import { isObject } from '../json.ts';

/** What was left of the own budget of the workers' key at a moment. */
export interface BalanceReading {
  /** When the API had told it, ISO 8601. */
  readonly at: string;
  /** Decimal Pollen, rounded to 1e-8; below zero where more was charged. */
  readonly pollen: string;
  /** Which key it is of: digest of the run's id and the key. */
  readonly keyDigest: string;
}

/** The reading that an object of a run keeps; none where the key may not read it, or the object is of an earlier version. */
export function readingIn(content: unknown): BalanceReading | undefined {
  const reading = isObject(content) ? content['balance'] : undefined;
  if (!isObject(reading)) return undefined;
  const { at, pollen, keyDigest } = reading;
  const isPollen = typeof pollen === 'string' && /^-?\d{1,60}(?:\.\d{1,8})?$/.test(pollen);
  return isPollen && typeof at === 'string' && typeof keyDigest === 'string'
    ? { at, pollen, keyDigest }
    : undefined;
}
