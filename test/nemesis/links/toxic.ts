/** What a link does to what passes it, after the toxics of toxiproxy. */
export type Toxic =
  /** Every piece comes so much later. */
  | { readonly kind: 'latency'; readonly ms: number }
  /** Nobody is let in, and who was in is thrown out. */
  | { readonly kind: 'cut' }
  /** Connections are reset again and again, and may be made again. */
  | { readonly kind: 'reset'; readonly everyMs: number }
  /** So many bytes a second pass, in each direction of each connection. */
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  /** Bytes vanish, and nobody is told; when it is over, what was lost is reset. */
  | { readonly kind: 'half-open' }
  /** A connection ends when the server has sent so many bytes over it. */
  | { readonly kind: 'limit'; readonly bytes: number }
  /** Bytes come in crumbs. */
  | { readonly kind: 'slices'; readonly bytes: number }
  /** Every request has this answer in place of the server's. */
  | { readonly kind: 'answer'; readonly status: number; readonly type: string; readonly body: string };

/** Every kind of toxic that knows no protocol, at a strength that hurts for seconds and not for hours. */
export const toxics = {
  latency: { kind: 'latency', ms: 300 },
  cut: { kind: 'cut' },
  reset: { kind: 'reset', everyMs: 400 },
  slow: { kind: 'slow', bytesPerSecond: 8_000 },
  'half-open': { kind: 'half-open' },
  limit: { kind: 'limit', bytes: 1_500 },
  slices: { kind: 'slices', bytes: 120 },
} as const satisfies Readonly<Record<string, Toxic>>;
