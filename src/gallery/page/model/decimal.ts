/** A decimal number in parts that compare without arithmetic: no digit is lost, however long it is. */
interface Decimal {
  readonly negative: boolean;
  readonly whole: string;
  readonly fraction: string;
}

const pattern = /^(-?)0*(\d*)(?:\.(\d*))?$/;

/** Takes decimal text apart; `undefined` where it is none. */
export function parseDecimal(text: string): Decimal | undefined {
  const [, sign = '', whole = '', fraction = ''] = pattern.exec(text) ?? [];
  if (!/\d/.test(text) || !pattern.test(text)) return undefined;
  return { negative: sign === '-', whole, fraction: fraction.replace(/0+$/, '') };
}

/** The order of two decimals as `sort` takes it; what is no decimal comes first. */
export function compareDecimals(left: Decimal | undefined, right: Decimal | undefined): number {
  if (left === undefined || right === undefined)
    return Number(left !== undefined) - Number(right !== undefined);
  if (isZero(left) && isZero(right)) return 0;
  if (left.negative !== right.negative) return left.negative ? -1 : 1;
  const size = compareSizes(left, right);
  return left.negative ? -size : size;
}

function compareSizes(left: Decimal, right: Decimal): number {
  if (left.whole.length !== right.whole.length) return left.whole.length - right.whole.length;
  return compareTexts(left.whole, right.whole) || compareTexts(left.fraction, right.fraction);
}

function compareTexts(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function isZero({ whole, fraction }: Decimal): boolean {
  return whole === '' && fraction === '';
}
