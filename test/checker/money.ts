/**
 * Whole units of 10⁻⁸ Pollen of a decimal text.
 *
 * @throws RangeError where it is none, or a number: money is text everywhere
 */
export function unitsOf(amount: unknown): bigint {
  const [, sign = '', whole = '', places = ''] =
    (typeof amount === 'string' && /^(-?)(\d+)(?:\.(\d{1,8}))?$/.exec(amount)) || [];
  if (whole === '') throw new RangeError(`${JSON.stringify(amount)} is no amount of Pollen`);
  const units = BigInt(whole + places.padEnd(8, '0'));
  return sign === '' ? units : -units;
}

/** Sums what a list comes to, in units. */
export function sumOf<Entry>(entries: readonly Entry[], amountOf: (entry: Entry) => unknown): bigint {
  return entries.reduce((sum, entry) => sum + unitsOf(amountOf(entry)), 0n);
}
