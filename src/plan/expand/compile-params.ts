import type { ItemKind, JobChecks } from '../../manifest/job.ts';
import type { TemplateName, TemplateScope } from '../../manifest/template-names.ts';
import { compileValue, type CompileOptions } from './compile-value.ts';
import { FillFault } from './fill-fault.ts';

type Params = Readonly<Record<string, unknown>>;

/** A call's parameters, to be filled in for many items. */
export interface ParamsFiller {
  readonly names: readonly TemplateName[];
  /** @throws FillFault for a value that the API would refuse */
  fill(scope: TemplateScope): Params;
}

/** Reads the templates of parameters; those that `isLater` says yes to stay as they are. */
export function compileParams(
  kind: ItemKind,
  params: Params,
  checks: JobChecks,
  timezone: string,
  isLater: (names: readonly TemplateName[]) => boolean,
): ParamsFiller {
  const options: CompileOptions = { timezone, keepTypes: true };
  const all = Object.entries(params).map(
    ([key, value]) => [key, compileValue(value, ['params', key], options)] as const,
  );
  const varying = all.filter(([, { isConstant, names }]) => !isConstant && !isLater(names));
  return {
    names: all.flatMap(([, { names }]) => names),
    fill(scope) {
      if (varying.length === 0) return params;
      const filled: Record<string, unknown> = { ...params };
      for (const [key, value] of varying) {
        const given = value.fill(scope);
        // What the API does not document has no rule.
        filled[key] = key === 'extra' ? given : checked(kind, key, given, checks, value.names);
      }
      return filled;
    },
  };
}

/** A table has only text: one that the API would refuse is taken for the number or the yes or no that it reads as. */
function checked(
  kind: ItemKind,
  key: string,
  value: unknown,
  checks: JobChecks,
  names: readonly TemplateName[],
): unknown {
  const [problem] = checks.paramProblems(kind, { [key]: value });
  if (problem === undefined) return value;
  const read = typeof value === 'string' ? readText(value.trim()) : undefined;
  if (read !== undefined && checks.paramProblems(kind, { [key]: read }).length === 0) return read;
  throw new FillFault(problem.code, problem.message, ['params', key], names);
}

function readText(text: string): number | boolean | undefined {
  if (text === 'true') return true;
  if (text === 'false') return false;
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/iu.test(text) ? Number(text) : undefined;
}
