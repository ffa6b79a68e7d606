const amountDigits = 8;
const rateDigits = 18;
const rateUnitsPerAmountUnit = 10n ** BigInt(rateDigits - amountDigits);

function parseDecimal(text: string, digits: number): bigint {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  const fraction = match?.[3] ?? '';
  if (match === null || fraction.length > digits) {
    throw new RangeError(`"${text}" is not a decimal number with at most ${digits} decimals`);
  }
  const magnitude = BigInt((match[2] ?? '') + fraction.padEnd(digits, '0'));
  return match[1] === '-' ? -magnitude : magnitude;
}

/**
 * Reads decimal text as an amount in units of 1e-8 Pollen.
 * @throws RangeError when the text is not a plain decimal or has more than 8 decimals.
 */
export function parseAmount(text: string): bigint {
  return parseDecimal(text, amountDigits);
}

/** Writes an amount in units of 1e-8 Pollen as the shortest decimal text; the wallet may be negative. */
export function formatAmount(amount: bigint): string {
  const magnitude = (amount < 0n ? -amount : amount).toString().padStart(amountDigits + 1, '0');
  const whole = magnitude.slice(0, -amountDigits);
  const fraction = magnitude.slice(-amountDigits).replace(/0+$/, '');
  return `${amount < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

function roundHalfUp(rateUnits: bigint): bigint {
  return (rateUnits + rateUnitsPerAmountUnit / 2n) / rateUnitsPerAmountUnit;
}

/** One line of a charge: a whole number of tokens or images, and the decimal rate of one of them in Pollen. */
export interface ChargeTerm {
  readonly units: number;
  readonly rate: string;
}

/** `each` rounds every term and adds up (the two older eras), `once` rounds the sum alone (gen). */
export type Rounding = 'each' | 'once';

/** What the API bills for the terms, in units of 1e-8 Pollen, rounded half up. */
export function priceOf(terms: readonly ChargeTerm[], rounding: Rounding): bigint {
  const products = terms.map(({ units, rate }) => BigInt(units) * parseDecimal(rate, rateDigits));
  const rounded = rounding === 'each' ? products.map(roundHalfUp) : products;
  const sum = rounded.reduce((total, product) => total + product, 0n);
  return rounding === 'each' ? sum : roundHalfUp(sum);
}
