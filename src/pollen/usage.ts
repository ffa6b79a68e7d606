/**
 * The units that Pollinations meters, named as in its price lists. An "image token" is one image for models
 * with a flat price and a real token for the others; seconds may be fractions.
 */
export const USAGE_TYPES = [
  'promptTextTokens',
  'promptCachedTokens',
  'promptCacheWriteTokens',
  'promptAudioTokens',
  'promptAudioSeconds',
  'promptImageTokens',
  'promptVideoTokens',
  'completionTextTokens',
  'completionReasoningTokens',
  'completionAudioTokens',
  'completionAudioSeconds',
  'completionImageTokens',
  'completionVideoSeconds',
  'completionVideoTokens',
] as const;

export type UsageType = (typeof USAGE_TYPES)[number];

/** What one answer used; types that were not used are absent. */
export type Usage = Readonly<Partial<Record<UsageType, number>>>;
