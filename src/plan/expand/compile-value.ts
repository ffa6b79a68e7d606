import type { FilePath } from '../../manifest/job.ts';
import type { TemplateName, TemplateScope } from '../../manifest/template-names.ts';
import { isTemplate, parseTemplate, templateReason } from '../../manifest/template.ts';
import { fillFault, FillFault } from './fill-fault.ts';

/** A value whose templates have been read, to be filled in for many items. */
export interface Filler {
  readonly isConstant: boolean;
  /** What its templates name. */
  readonly names: readonly TemplateName[];
  /** @throws FillFault where a template cannot be filled in */
  fill(scope: TemplateScope): unknown;
}

export interface CompileOptions {
  /** Zone of the `date` filter. */
  readonly timezone: string;
  /** Whether a text that is one output keeps the type of its value. */
  readonly keepTypes: boolean;
}

/**
 * Reads the templates of a value at any depth. What has none is given back as it is.
 *
 * @param path - way to it below its step
 * @throws FillFault for a template that cannot be read
 */
export function compileValue(value: unknown, path: FilePath, options: CompileOptions): Filler {
  if (typeof value === 'string')
    return isTemplate(value) ? compileText(value, path, options) : constant(value);
  if (typeof value !== 'object' || value === null) return constant(value);
  const parts = Object.entries(value).map(
    ([key, part]: readonly [string, unknown]) =>
      [key, compileValue(part, [...path, Array.isArray(value) ? Number(key) : key], options)] as const,
  );
  const varying = parts.filter(([, { isConstant }]) => !isConstant);
  if (varying.length === 0) return constant(value);
  return {
    isConstant: false,
    names: varying.flatMap(([, { names }]) => names),
    fill(scope) {
      const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as Record<
        string,
        unknown
      >;
      for (const [key, part] of varying) copy[key] = part.fill(scope);
      return copy;
    },
  };
}

function constant(value: unknown): Filler {
  return { isConstant: true, names: [], fill: () => value };
}

function compileText(text: string, path: FilePath, { timezone, keepTypes }: CompileOptions): Filler {
  let template;
  try {
    template = parseTemplate(text);
  } catch (error) {
    throw new FillFault('template-invalid', `the template cannot be read: ${templateReason(error)}`, path);
  }
  const { names } = template;
  return {
    isConstant: false,
    names,
    fill(scope) {
      try {
        return keepTypes ? template.value(scope, timezone) : template.render(scope, timezone);
      } catch (error) {
        throw fillFault(error, names, scope, path);
      }
    },
  };
}
