import { createHash } from 'node:crypto';
import { inspect } from 'node:util';

import { PollenBatchError } from '../errors.ts';

const REDACTED = '[redacted]';
const PATTERNS: readonly RegExp[] = [
  /\b[sp]k_[A-Za-z0-9]{8,}/g,
  // A backslash ends them as well: in JSON it belongs to the quote after it.
  /\bBearer\s+[^\s"',;\\]+/gi,
  /([?&]key=)[^&\s"'\\]+/gi,
  /\bwhsec_[A-Za-z0-9+/_-]{8,}=*/g,
];

/** An API key that cannot be printed by accident: every way to text gives `[redacted]`. */
export interface Secret {
  /** The key itself, for the `Authorization` header alone. */
  reveal(): string;
  /** Takes the key out of text, whether raw, in base64 or hex, or escaped for URLs or JSON, and anything that looks like a key. */
  scrub(text: string): string;
  /** 16 hex digits of the sha256 over a name and the key: tell whether it is the same key, and nothing of it. */
  digest(name: string): string;
  toString(): string;
  toJSON(): string;
}

/**
 * Wraps an API key; spaces around it are dropped.
 *
 * @throws PollenBatchError `config-invalid` when it is empty or could not travel in a header; the message never
 * repeats it.
 */
export function createSecret(value: string): Secret {
  const key = value.trim();
  if (!/^[\x21-\x7e]+$/.test(key)) {
    // Caught here because an HTTP client may repeat a bad header value in its error.
    throw new PollenBatchError('config-invalid', 'The API key is empty or holds characters no key has.', {
      remedy: 'Copy the key again: it is one word of letters, digits and punctuation.',
    });
  }
  const forms = formsOf(key);
  return {
    reveal: () => key,
    scrub: (text) => scrubPatterns(forms.reduce((clean, form) => clean.replaceAll(form, REDACTED), text)),
    digest: (name) => createHash('sha256').update(`${name}\n${key}`).digest('hex').slice(0, 16),
    toString: () => REDACTED,
    toJSON: () => REDACTED,
    [inspect.custom]: () => REDACTED,
  } as Secret;
}

/** Takes out of text whatever looks like a key: for calls without one, whose answers may still echo somebody's. */
export function scrubPatterns(text: string): string {
  return text
    .replace(PATTERNS[0] as RegExp, REDACTED)
    .replace(PATTERNS[1] as RegExp, REDACTED)
    .replace(PATTERNS[2] as RegExp, `$1${REDACTED}`)
    .replace(PATTERNS[3] as RegExp, REDACTED);
}

/** Takes a text's secrets out of it. */
export type Scrub = (text: string) => string;

/**
 * Takes several secrets out of text, in every form, and whatever looks like one. What no key can be (several words, or
 * less than 8 characters) is left out, since it would be found in harmless words.
 */
export function createScrub(values: readonly string[]): Scrub {
  const secrets = values.map((value) => value.trim()).filter((value) => /^[\x21-\x7e]{8,}$/.test(value));
  const forms = secrets.flatMap(formsOf).sort((left, right) => right.length - left.length);
  // All that is known goes before what looks like a key, which could end within one.
  return (text) => scrubPatterns(forms.reduce((clean, form) => clean.replaceAll(form, REDACTED), text));
}

/** Tells what a key is for: secret keys are for servers, publishable ones for front ends. */
export function keyKind(key: string): 'secret' | 'publishable' | 'unknown' {
  if (key.startsWith('sk_')) return 'secret';
  return key.startsWith('pk_') ? 'publishable' : 'unknown';
}

/** Longest first, so that a form that contains another goes as a whole. */
function formsOf(key: string): readonly string[] {
  const bytes = Buffer.from(key, 'utf8');
  const hex = bytes.toString('hex');
  const escaped = encodeURIComponent(key);
  const base64 = [bytes.toString('base64'), ...[0, 1, 2].map((shift) => base64Core(bytes, shift))];
  const urlSafe = base64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''));
  const forms = [
    key,
    escaped,
    escaped.replaceAll(/%../g, (byte) => byte.toLowerCase()),
    JSON.stringify(key).slice(1, -1),
    hex,
    hex.toUpperCase(),
    ...base64,
    ...urlSafe,
  ];
  const distinct = new Set(forms.filter((form) => form !== ''));
  return [...distinct].sort((left, right) => right.length - left.length);
}

/**
 * The characters that the base64 of any text shows for a key which begins `shift` bytes off a group of three; what
 * mixes with its neighbours is left out.
 */
function base64Core(bytes: Buffer, shift: number): string {
  const whole = Math.floor((shift + bytes.byteLength) / 3) * 4;
  const mixed = shift === 0 ? 0 : shift + 1;
  return Buffer.concat([Buffer.alloc(shift), bytes])
    .toString('base64')
    .slice(mixed, Math.max(mixed, whole));
}
