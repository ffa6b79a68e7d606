/** A JSON object whose members are not known. */
export type Json = Readonly<Record<string, unknown>>;

/** Whether a value is an object with members, which lists and `null` are not. */
export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
