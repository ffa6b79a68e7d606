import { Liquid } from 'liquidjs';
import { nearName } from './near-name.ts';
import { quoted } from './printable.ts';

/** What a template may name. */
export interface TemplateValues {
  readonly run: {
    /** Time the run was planned for, ISO 8601 in UTC: a schedule's time, in backfills too, else when it was submitted. */
    readonly time: string;
    /** The day of that time in the job's zone, `2026-11-25`. */
    readonly date: string;
  };
}

/** Every variable, by the path that templates write. */
const variables: readonly string[] = ['run.time', 'run.date'];

const limits = { parseLimit: 1_000_000, renderLimit: 1_000, memoryLimit: 10_000_000 };

/** Tags that read other files. */
const fileTags = ['include', 'render', 'layout', 'block'] as const;

const engines = new Map<string, Liquid>();

/** Whether a text is a template at all; most are not, and are left alone. */
export function isTemplate(text: string): boolean {
  return text.includes('{{') || text.includes('{%');
}

/** Says what is wrong with a template; `undefined` when nothing is. */
export function templateProblem(
  text: string,
): { readonly code: 'template-invalid' | 'template-unknown'; readonly message: string } | undefined {
  let paths: readonly (readonly unknown[])[];
  try {
    paths = engineFor('UTC').globalVariableSegmentsSync(text);
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return { code: 'template-invalid', message: `the template cannot be read: ${reason}` };
  }
  const unknown = paths.map((path) => path.join('.')).find((path) => !variables.includes(path));
  if (unknown === undefined) return undefined;
  const near = nearName(unknown, variables);
  const hint = near === undefined ? `known here: ${variables.join(', ')}` : `did you mean ${quoted(near)}?`;
  return { code: 'template-unknown', message: `unknown variable ${quoted(unknown)}; ${hint}` };
}

/**
 * Fills a template in.
 *
 * @param timezone - zone of the `date` filter
 */
export function renderTemplate(text: string, values: TemplateValues, timezone: string): string {
  return String(engineFor(timezone).parseAndRenderSync(text, values));
}

function engineFor(timezone: string): Liquid {
  const known = engines.get(timezone);
  if (known !== undefined) return known;
  const engine = new Liquid({
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    timezoneOffset: timezone,
    ...limits,
  });
  for (const tag of fileTags) delete engine.tags[tag];
  engines.set(timezone, engine);
  return engine;
}
