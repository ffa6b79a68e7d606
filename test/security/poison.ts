/** JSON of members that reach into the program where objects are put together carelessly. */
export const poison: readonly string[] = [
  '"__proto__":{"polluted":"yes"}',
  '"constructor":{"prototype":{"polluted":"yes"}}',
  '"prototype":{"polluted":"yes"}',
  '"constructor":{"__proto__":{"polluted":"yes"}}',
  '"__proto__":{"toString":"yes","then":"yes","length":7}',
  '"__proto__":["polluted"]',
  '"__proto__":null',
];

/** Adds members to every object of a JSON text, before its own. */
export function poisoned(json: string, members: string): string {
  let isQuoted = false;
  let result = '';
  for (let at = 0; at < json.length; at += 1) {
    const sign = json[at] ?? '';
    result += sign;
    if (isQuoted && sign === '\\') result += json[(at += 1)] ?? '';
    else if (sign === '"') isQuoted = !isQuoted;
    else if (sign === '{' && !isQuoted) {
      result += members + (/^\s*\}/.test(json.slice(at + 1, at + 20)) ? '' : ',');
    }
  }
  return result;
}

const watched = [
  Object.prototype,
  Array.prototype,
  Function.prototype,
  String.prototype,
  Number.prototype,
  Promise.prototype,
  Map.prototype,
  Error.prototype,
] as const;

/** Everything that all objects of the program have, to be compared with later. */
export function prototypes(): readonly unknown[] {
  return watched.map((prototype) => [
    Object.getPrototypeOf(prototype),
    Reflect.ownKeys(prototype).map((name) => [name, Object.getOwnPropertyDescriptor(prototype, name)?.value]),
  ]);
}
