/** An exact decimal: `coefficient / 10^scale`. Floats cannot hold 0.1, so money never passes through one. */
export interface Decimal {
  readonly coefficient: bigint;
  readonly scale: number;
}

const PATTERN = /^(\d{1,200})(?:\.(\d{1,200}))?(?:[eE]([+-]?\d{1,3}))?$/;

/**
 * Reads plain or scientific decimal text (`2.5`, `1.5e-7`) exactly.
 *
 * @throws RangeError on anything else: signs, spaces, `NaN`, hexadecimal, or more than 200 digits, which no
 * price has and which would only cost time.
 */
export function parseDecimal(text: string): Decimal {
  const match = PATTERN.exec(text);
  if (match === null) {
    throw new RangeError(`"${text.slice(0, 40)}" is not a decimal number of zero or more`);
  }
  const [, whole = '', fraction = '', exponent = '0'] = match;
  const scale = fraction.length - Number(exponent);
  const digits = BigInt(whole + fraction);
  return scale >= 0
    ? { coefficient: digits, scale }
    : { coefficient: digits * 10n ** BigInt(-scale), scale: 0 };
}

/** Writes the shortest plain decimal: `1.5e-7` is `0.00000015`. */
export function formatDecimal({ coefficient, scale }: Decimal): string {
  const digits = coefficient.toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '');
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

/** Multiplies exactly. */
export function multiplyDecimals(left: Decimal, right: Decimal): Decimal {
  return { coefficient: left.coefficient * right.coefficient, scale: left.scale + right.scale };
}

/** Adds exactly. */
export function addDecimals(left: Decimal, right: Decimal): Decimal {
  const scale = Math.max(left.scale, right.scale);
  return { coefficient: rescale(left, scale) + rescale(right, scale), scale };
}

/** Orders two decimals as `Array.prototype.sort` wants it. */
export function compareDecimals(left: Decimal, right: Decimal): number {
  const scale = Math.max(left.scale, right.scale);
  const difference = rescale(left, scale) - rescale(right, scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Rounds half up to `places` decimals and returns the count of 10^-places units. */
export function roundDecimal(value: Decimal, places: number): bigint {
  if (value.scale <= places) return value.coefficient * 10n ** BigInt(places - value.scale);
  const divisor = 10n ** BigInt(value.scale - places);
  return (value.coefficient + divisor / 2n) / divisor;
}

function rescale(value: Decimal, scale: number): bigint {
  return value.coefficient * 10n ** BigInt(scale - value.scale);
}
