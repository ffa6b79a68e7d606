/** A JSON object whose members are not known. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether a value is an object with members, which lists and `null` are not. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
