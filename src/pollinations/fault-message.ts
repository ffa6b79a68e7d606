import { type Secret, scrubPatterns } from './secret.ts';

const LONGEST_BYTES = 2048;

/** Characters that are looked at; an API may send megabytes. */
const READ = 65_536;
/** Longer than any key: at the end of what is looked at there may be half of one. */
const HALF_A_KEY = 2048;

// Line breaks, terminal controls, and the marks that make text run the other way.
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069\s]+/gu;

/** Makes one line of at most 2 KB of what an API or the network said, without the key. */
export function faultMessage(text: string, key: Secret | undefined): string {
  // The key goes first: cutting could leave half of it, which nothing would recognise.
  const part = text.slice(0, READ);
  const scrubbed = key === undefined ? scrubPatterns(part) : key.scrub(part);
  const clean = part.length < text.length ? scrubbed.slice(0, -HALF_A_KEY) : scrubbed;
  const line = clean.replace(UNPRINTABLE, ' ').trim();
  const bytes = Buffer.from(line, 'utf8');
  if (bytes.byteLength <= LONGEST_BYTES) return line;
  // A character cut in half would decode to a replacement mark.
  return `${bytes.toString('utf8', 0, LONGEST_BYTES - 3).replace(/\uFFFD+$/, '')}…`;
}
