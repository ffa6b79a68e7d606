/** Whole units of 10⁻⁸ Pollen, read and added up apart from the code that has written them. */
export type Units = bigint;

const PLACES = 8;
/** The one way to write an amount: no sign, no exponent, no zero that says nothing. */
const WRITTEN = /^(0|[1-9]\d{0,30})(?:\.(\d{0,7}[1-9]))?$/;
const RATE = /^(\d{1,60})(?:\.(\d{1,60}))?(?:[eE]([+-]?\d{1,3}))?$/;

/** Reads an amount as records have it; `undefined` for everything else, numbers among it. */
export function readUnits(amount: unknown): Units | undefined {
  const match = typeof amount === 'string' ? WRITTEN.exec(amount) : null;
  if (match === null) return undefined;
  return BigInt(`${match[1] ?? ''}${(match[2] ?? '').padEnd(PLACES, '0')}`);
}

/** Reads what an API bills, which writes it as it likes: rounded half up. `undefined` for what is no number. */
export function readBilled(amount: string): Units | undefined {
  const read = fractionOf(amount);
  return read === undefined ? undefined : halfUp(read.count, read.tens);
}

/** Reads a balance, which may be below zero. */
export function readBalance(pollen: string): Units | undefined {
  const units = readBilled(pollen.replace(/^-/, ''));
  return units !== undefined && pollen.startsWith('-') ? -units : units;
}

/** Writes units as records have them. */
export function writeUnits(units: Units): string {
  const digits = String(units < 0n ? -units : units).padStart(PLACES + 1, '0');
  const whole = digits.slice(0, -PLACES);
  const rest = digits.slice(-PLACES).replace(/0+$/, '');
  return `${units < 0n ? '-' : ''}${whole}${rest === '' ? '' : `.${rest}`}`;
}

/** Prices of one unit by usage type, as decimal Pollen. */
type Rates = Readonly<Partial<Record<string, string>>>;
type Used = Readonly<Partial<Record<string, number>>>;

/** Below it a price of one image is one of its tokens, whose number nobody knows before. */
const FLAT_IMAGE = 10_000n;

/**
 * What an answer costs by what it has used, or `undefined` where nothing tells it. The formula is Pollinations' own.
 *
 * @param eachTerm - every product is rounded, as the older eras of the API do it, and not their sum alone
 */
export function priceOf(
  kind: 'text' | 'image',
  used: Used,
  rates: Rates,
  eachTerm: boolean,
): Units | undefined {
  if (Object.keys(used).length > 0) return sumOf(used, rates, eachTerm);
  const priced = Object.keys(rates).filter((type) => (sumOf({ [type]: 1 }, rates, false, 60) ?? 0n) > 0n);
  if (priced.length === 0) return kind === 'image' ? 0n : undefined;
  if (kind === 'text' || priced.some((type) => type !== 'completionImageTokens')) return undefined;
  const flat = sumOf({ completionImageTokens: 1 }, rates, eachTerm);
  return flat !== undefined && flat >= FLAT_IMAGE ? flat : undefined;
}

function sumOf(used: Used, rates: Rates, eachTerm: boolean, places = PLACES): Units | undefined {
  const terms: { readonly count: bigint; readonly tens: number }[] = [];
  for (const [type, units = 0] of Object.entries(used)) {
    const rate =
      rates[type] ?? (type === 'completionReasoningTokens' ? rates['completionTextTokens'] : undefined);
    if (rate === undefined) continue;
    const [times, each] = [fractionOf(String(units)), fractionOf(rate)];
    if (times === undefined || each === undefined) return undefined;
    terms.push({ count: times.count * each.count, tens: times.tens + each.tens });
  }
  if (eachTerm) return terms.reduce((sum, { count, tens }) => sum + halfUp(count, tens, places), 0n);
  const tens = Math.max(places, ...terms.map((term) => term.tens));
  const sum = terms.reduce((total, term) => total + term.count * 10n ** BigInt(tens - term.tens), 0n);
  return halfUp(sum, tens, places);
}

/** `count` over ten to the power of `tens`. */
function fractionOf(text: string): { readonly count: bigint; readonly tens: number } | undefined {
  const match = RATE.exec(text);
  if (match === null) return undefined;
  const [, whole = '', rest = '', power = '0'] = match;
  const tens = rest.length - Number(power);
  const count = BigInt(whole + rest);
  return tens >= 0 ? { count, tens } : { count: count * 10n ** BigInt(-tens), tens: 0 };
}

function halfUp(count: bigint, tens: number, places = PLACES): Units {
  if (tens <= places) return count * 10n ** BigInt(places - tens);
  const divisor = 10n ** BigInt(tens - places);
  return (2n * count + divisor) / (2n * divisor);
}
