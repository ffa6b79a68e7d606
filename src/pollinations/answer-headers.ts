/** Headers of an answer. Names may be in any case; `Headers` of the platform fit. */
export interface AnswerHeaders {
  /** The value, or several joined by `, `; `null` where there is none. */
  get(name: string): string | null;
  has(name: string): boolean;
}

/** Wraps headers by their names in small letters. */
export function answerHeaders(
  values: Readonly<Record<string, string | readonly string[] | undefined>>,
): AnswerHeaders {
  const get = (name: string): string | null => {
    const key = name.toLowerCase();
    const value = Object.hasOwn(values, key) ? values[key] : undefined;
    if (value === undefined) return null;
    return typeof value === 'string' ? value : value.join(', ');
  };
  return { get, has: (name) => get(name) !== null };
}
