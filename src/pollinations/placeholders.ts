import { createHash } from 'node:crypto';

interface Placeholder {
  readonly md5: string;
  /** Bytes between which its size lies, so that hardly any image needs hashing. */
  readonly atLeast: number;
  readonly atMost: number;
}

/**
 * Pictures that are sent with status 200 in place of a result: the legacy host's
 * (github.com/pollinations/pollinations/issues/7207), and the emulator's imitation of it.
 */
const PLACEHOLDERS: readonly Placeholder[] = [
  { md5: '2090a5dc21c32952cbf8496339752bd1', atLeast: 1_200_000, atMost: 1_500_000 },
  { md5: 'eeb4da0cbd27d65f04dec937d72ff73e', atLeast: 3446, atMost: 3446 },
];

/** Tells whether an image is one of the known stand-ins for "rate limited". */
export function isPlaceholder(bytes: Uint8Array, known: readonly Placeholder[] = PLACEHOLDERS): boolean {
  const candidates = known.filter(
    ({ atLeast, atMost }) => bytes.byteLength >= atLeast && bytes.byteLength <= atMost,
  );
  if (candidates.length === 0) return false;
  const md5 = createHash('md5').update(bytes).digest('hex');
  return candidates.some((candidate) => candidate.md5 === md5);
}
