import { parseDecimal, roundDecimal } from './decimal.ts';

/** Pollen in units of 1e-8, the smallest the Pollinations ledger knows. */
export type Amount = bigint;

/** Decimals of one Pollen: an {@link Amount} of 10^8 is one Pollen. */
export const AMOUNT_PLACES = 8;

/**
 * Reads exact decimal text (`"2.5"`, `"1.5e-7"`) as an amount, rounded half up at 1e-8.
 *
 * @throws RangeError on anything that is not a decimal number of zero or more.
 */
export function parseAmount(text: string): Amount {
  return roundDecimal(parseDecimal(text), AMOUNT_PLACES);
}

/**
 * Reads exact decimal text that may be below zero, as the balance of an overdrawn wallet is.
 *
 * @throws RangeError on anything that is not a decimal number
 */
export function parseBalance(text: string): Amount {
  return text.startsWith('-') ? -parseAmount(text.slice(1)) : parseAmount(text);
}

/** Writes an amount as the shortest exact decimal: `"0.0009177"`, `"2.5"`, `"0"`. */
export function formatAmount(amount: Amount): string {
  const sign = amount < 0n ? '-' : '';
  const digits = (amount < 0n ? -amount : amount).toString().padStart(AMOUNT_PLACES + 1, '0');
  const whole = digits.slice(0, -AMOUNT_PLACES);
  const fraction = digits.slice(-AMOUNT_PLACES).replace(/0+$/, '');
  return fraction === '' ? `${sign}${whole}` : `${sign}${whole}.${fraction}`;
}
