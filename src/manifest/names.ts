/** Names that templates give a meaning of their own. */
const reservedNames: ReadonlySet<string> = new Set([
  'vars',
  'matrix',
  'row',
  'run',
  'sample',
  'item',
  'steps',
  'each',
  'index',
  // Liquid's own words.
  'true',
  'false',
  'nil',
  'null',
  'empty',
  'blank',
  'and',
  'or',
  'not',
  'contains',
  'forloop',
  'tablerowloop',
]);

const namePattern = /^[A-Za-z_][A-Za-z0-9_-]{0,59}$/;

/** Says why templates could not name a var or an axis so; `undefined` when they can. */
export function variableNameProblem(
  name: string,
): { readonly code: 'name-reserved' | 'value-invalid'; readonly message: string } | undefined {
  if (reservedNames.has(name)) {
    return { code: 'name-reserved', message: 'templates mean something else by this name; choose another' };
  }
  if (namePattern.test(name)) return undefined;
  const message = 'a name has up to 60 of A-Z a-z 0-9 _ - and starts with a letter or `_`';
  return { code: 'value-invalid', message };
}
