/** A key that the emulator knows. */
export interface KeySpec {
  /** What the journal calls it, since the key itself is never written. Unique. */
  readonly name: string;
  /** `sk_…` is a secret key, `pk_…` a publishable one. */
  readonly key: string;
  /** What the key may spend, as decimal Pollen. Default: no limit of its own. */
  readonly budget?: string;
  /** May read balance and usage. Default false; in the newest era a key with a budget may read what is left of it. */
  readonly account?: boolean;
  /** The only models it may call. Default: all. */
  readonly models?: readonly string[];
}

/** The two keys that an emulator knows when it is told of none. */
export const emulatorKeys = {
  secret: 'sk_emulator000000000000000000000000',
  publishable: 'pk_emulator00000000',
} as const;

/** The default of `EmulatorOptions.keys`: one secret key with account scope, one publishable key. */
export const defaultKeys: readonly KeySpec[] = [
  { name: 'secret', key: emulatorKeys.secret, account: true },
  { name: 'publishable', key: emulatorKeys.publishable },
];

/** Who calls, as far as the key tells. */
export type Caller =
  | { readonly kind: 'secret' | 'publishable'; readonly key: KeySpec }
  | { readonly kind: 'none' | 'unknown' };

/** The keys and which of them are revoked. */
export interface KeyRing {
  identify(presented: string | undefined): Caller;
  /** Makes a key, given itself or by its name, unknown from now on. Returns whether there was one. */
  revoke(keyOrName: string): boolean;
}

/**
 * A ring of the given keys.
 * @throws RangeError when a key does not start with `sk_` or `pk_`, or two share a name.
 */
export function createKeyRing(specs: readonly KeySpec[]): KeyRing {
  const known = new Map<string, KeySpec>();
  for (const spec of specs) {
    if (!/^[sp]k_/.test(spec.key))
      throw new RangeError(`key "${spec.name}" starts neither with sk_ nor with pk_`);
    if ([...known.values()].some(({ name }) => name === spec.name)) {
      throw new RangeError(`two keys are named "${spec.name}"`);
    }
    known.set(spec.key, spec);
  }
  return {
    identify(presented) {
      if (presented === undefined || presented === '') return { kind: 'none' };
      const key = known.get(presented);
      if (key === undefined) return { kind: 'unknown' };
      return { kind: key.key.startsWith('sk_') ? 'secret' : 'publishable', key };
    },
    revoke(keyOrName) {
      for (const spec of known.values()) {
        if (spec.key === keyOrName || spec.name === keyOrName) return known.delete(spec.key);
      }
      return false;
    },
  };
}
