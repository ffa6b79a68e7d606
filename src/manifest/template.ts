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

// The limit of time, in milliseconds, only ends what would go on for ever: a busy machine must not fail a fine prompt.
const limits = { parseLimit: 1_000_000, renderLimit: 10_000, memoryLimit: 10_000_000 };

/** Tags that read other files. */
const fileTags = ['include', 'render', 'layout', 'block'] as const;

const sample: TemplateValues = { run: { time: '2026-01-02T03:04:05Z', date: '2026-01-02' } };

const engines = new Map<string, Liquid>();

/** Whether a text is a template at all; most are not, and are left alone. */
export function isTemplate(text: string): boolean {
  return text.includes('{{') || text.includes('{%');
}

/** Says what is wrong with a template; `undefined` when nothing is. */
export function templateProblem(
  text: string,
): { readonly code: 'template-invalid' | 'template-unknown'; readonly message: string } | undefined {
  if (!isTemplate(text)) return undefined;
  let paths: readonly (readonly unknown[])[];
  try {
    paths = engineFor('UTC').globalVariableSegmentsSync(text);
  } catch (error) {
    return { code: 'template-invalid', message: `the template cannot be read: ${reasonOf(error)}` };
  }
  const unknown = paths.map((path) => path.join('.')).find((path) => !variables.includes(path));
  if (unknown === undefined) {
    try {
      sampleOf(text);
      return undefined;
    } catch (error) {
      return { code: 'template-invalid', message: `the template cannot be filled in: ${reasonOf(error)}` };
    }
  }
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

/** What a template becomes at some time; a text that is none stays as it is. Throws where it cannot be filled in. */
export function sampleOf(text: string): string {
  return isTemplate(text) ? renderTemplate(text, sample, 'UTC') : text;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
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
