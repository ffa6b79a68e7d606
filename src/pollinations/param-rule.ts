/** Says what is wrong with a parameter's value, as what follows its name; `undefined` when nothing is. */
export type ParamRule = (value: unknown) => string | undefined;

/** Text that is not empty. */
export const text: ParamRule = (value) =>
  typeof value === 'string' && value.trim() !== '' ? undefined : `must be text, not ${show(value)}`;

/** `true` or `false`. */
export const boolean: ParamRule = (value) =>
  typeof value === 'boolean' ? undefined : `must be true or false, not ${show(value)}`;

/** A list. */
const list: ParamRule = (value) => (Array.isArray(value) ? undefined : `must be a list, not ${show(value)}`);

/** An object with members. */
export const object: ParamRule = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? undefined
    : `must be an object, not ${show(value)}`;

/** A finite number, bounds included. */
export function number(least: number, most: number): ParamRule {
  return (value) =>
    typeof value === 'number' && value >= least && value <= most
      ? undefined
      : `must be a number from ${least} to ${most}, not ${show(value)}`;
}

/** A whole number, bounds included. */
export function integer(least: number, most: number = Number.MAX_SAFE_INTEGER): ParamRule {
  const range = most === Number.MAX_SAFE_INTEGER ? `of ${least} or more` : `from ${least} to ${most}`;
  return (value) =>
    Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most
      ? undefined
      : `must be a whole number ${range}, not ${show(value)}`;
}

/** One of a few words. */
export function oneOf(...words: readonly string[]): ParamRule {
  return (value) =>
    words.includes(value as string) ? undefined : `must be one of ${words.join(', ')}, not ${show(value)}`;
}

/** What goes with a kind of result that is known, and not supported yet. */
export function unsupported(what: string): ParamRule {
  return () => `is for ${what}, which is not supported yet`;
}

/** Models by whose names they make video, sound or music; they answer with no text and no image. */
const otherMedia =
  /^(veo|seedance|wan|ltx|sora|kling|nova-reel|elevenlabs|elevenmusic|suno|whisper|scribe)([-.\d]|$)|(^|-)(video|audio|tts|music)(-|$)/i;

/** Name of a model, save those that make video or audio. */
export const modelName: ParamRule = (value) =>
  typeof value === 'string' && otherMedia.test(value.trim())
    ? `names ${show(value)}, which makes video or audio: not supported yet`
    : text(value);

/** Whatever one of the rules allows; the problem told is the last rule's. */
export function either(...rules: readonly [ParamRule, ...ParamRule[]]): ParamRule {
  return (value) => {
    const problems = rules.map((rule) => rule(value));
    return problems.includes(undefined) ? undefined : problems.at(-1);
  };
}

/** A list of which every entry passes a rule, with at most so many entries. */
export function listOf(rule: ParamRule, most: number): ParamRule {
  return (value) => {
    if (!Array.isArray(value)) return list(value);
    if (value.length === 0 || value.length > most)
      return `must have 1 to ${most} entries, not ${value.length}`;
    return value.map(rule).find((problem) => problem !== undefined);
  };
}

/**
 * A seed. `-1` asks for a random one and skips the cache: a lost answer could then not be asked for again, so it
 * is refused.
 */
export function seed(most: number): ParamRule {
  const range = integer(0, most);
  return (value) =>
    value === -1
      ? 'may not be -1: a random seed would make every retry another paid generation; leave it out instead'
      : range(value);
}

function show(value: unknown): string {
  const shown = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return shown === undefined ? typeof value : shown.length > 60 ? `${shown.slice(0, 60)}…` : shown;
}
