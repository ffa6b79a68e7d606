import type { FilePath } from '../../manifest/job.ts';
import { nearName } from '../../manifest/near-name.ts';
import { quoted } from '../../manifest/printable.ts';
import type { ProblemCode } from '../../manifest/problem-codes.ts';
import {
  NullOutput,
  templateReason,
  type TemplateName,
  type TemplateScope,
} from '../../manifest/template.ts';

/** Most names that a message lists. */
const LISTED = 20;

/** What is wrong with a call once it is filled in. */
export class FillFault extends Error {
  override readonly name = 'FillFault';
  readonly code: ProblemCode;
  /** Way to the value, below the step. */
  readonly path: FilePath;
  /** Whether a row gave it. */
  readonly isOfRow: boolean;
  /** The column that it came from, or the first of several. */
  readonly column: string | undefined;

  constructor(code: ProblemCode, message: string, path: FilePath, names: readonly TemplateName[] = []) {
    super(message);
    this.code = code;
    this.path = path;
    this.isOfRow = names.some(([root]) => root === 'row');
    const column = names.find(([root, name]) => root === 'row' && name !== undefined)?.[1];
    this.column = column === undefined ? undefined : String(column);
  }
}

/** Says why a template cannot be filled in: a name that has no value here, if it is that. */
export function fillFault(
  error: unknown,
  names: readonly TemplateName[],
  scope: TemplateScope,
  path: FilePath,
): FillFault {
  const missing = names.map((name) => missingName(name, scope)).find((found) => found !== undefined);
  if (error instanceof NullOutput) {
    const named = error.names.length > 0 ? error.names : names;
    return new FillFault('value-null', error.message, path, named);
  }
  if (missing !== undefined) return new FillFault(missing.code, missing.message, path, [missing.name]);
  const message = `the template cannot be filled in: ${templateReason(error)}`;
  return new FillFault('template-invalid', message, path, names);
}

/** A name that has no value, with what there is in its place. */
function missingName(
  name: TemplateName,
  scope: TemplateScope,
): { readonly code: ProblemCode; readonly message: string; readonly name: TemplateName } | undefined {
  let at: unknown = scope;
  for (const [index, part] of name.entries()) {
    // Lists and texts have names that Liquid gives them.
    if (typeof at !== 'object' || at === null || Array.isArray(at)) return undefined;
    if (!Object.hasOwn(at, part)) {
      const known = Object.keys(at);
      const isColumn = name[0] === 'row' && index === 1;
      const near = nearName(String(part), known);
      const listed = [...known.slice(0, LISTED), ...(known.length > LISTED ? ['…'] : [])]
        .map(quoted)
        .join(', ');
      const hint = near === undefined ? '' : `did you mean ${quoted(near)}? `;
      const what = isColumn ? 'column' : 'variable';
      const shown = isColumn ? String(part) : name.slice(0, index + 1).join('.');
      return {
        code: isColumn ? 'column-unknown' : 'template-unknown',
        message: `unknown ${what} ${quoted(shown)}; ${hint}known here: ${listed}`,
        name,
      };
    }
    at = at[part as keyof typeof at];
  }
  return undefined;
}
