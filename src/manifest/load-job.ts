import type { Node } from 'yaml';
import { buildEntries } from './build-entries.ts';
import { checkItems, checkParams } from './check-items.ts';
import { checkTemplates } from './check-templates.ts';
import { maxFileBytes, tooLarge } from './decode-job-file.ts';
import type { JobChecks, LoadedJob } from './job.ts';
import { nodeAt } from './node-at.ts';
import type { Path } from './node-at.ts';
import { quoted } from './printable.ts';
import type { Problem, ProblemCode } from './problem.ts';
import { readTree } from './read-tree.ts';
import { readYaml } from './read-yaml.ts';
import { reportIssues } from './report-issues.ts';
import { buildSchedule } from './schedule.ts';
import { calendarSchema, scheduleSchema } from './schedule-schema.ts';
import { createReporter } from './reporter.ts';
import type { Reporter } from './reporter.ts';
import { fileSchema, namePattern, nameRule } from './schema.ts';

/**
 * Loads a job from the text of its file: the whole job with its defaults merged in, or every problem at once.
 * Pure: it reads nothing and prints nothing. `file` names the file in problems, and the job where it has no `name`.
 */
export function loadJob(text: string, file: string, checks: JobChecks): LoadedJob {
  const refusal = refuseText(text, file);
  if (refusal) return { problems: [refusal] };
  const yaml = readYaml(text.startsWith('\uFEFF') ? text.slice(1) : text);
  const { contents } = yaml;
  const tree = readTree(contents ?? null);
  const reporter = createReporter(file, yaml.placeOf, [...yaml.findings, ...tree.findings], tree.broken);
  if (contents === undefined) return { problems: reporter.problems() };
  if (contents === null || tree.value === null) {
    const empty = problemAtStart(file, 'file-empty', 'the file is empty; a job has `version: 1` and `items`');
    return { problems: [...reporter.problems(), empty] };
  }
  return checkFile(tree.value, contents, file, checks, reporter);
}

function checkFile(
  value: unknown,
  root: Node,
  file: string,
  checks: JobChecks,
  reporter: Reporter,
): LoadedJob {
  const parsed = fileSchema.safeParse(value);
  if (!parsed.success) reportIssues(parsed.error.issues, { root, keysAt }, reporter);
  const name = parsed.data?.name ?? baseName(file);
  if (valueAt(value, ['name']) === undefined && !namePattern.test(name)) {
    reporter.report(
      root,
      'name-invalid',
      `the file's name ${quoted(name)} cannot name the job; add a \`name\` that has ${nameRule}`,
    );
  }

  for (const kind of ['text', 'image'] as const) {
    const path = ['defaults', kind];
    checkParams(kind, withoutSystem(kind, valueAt(value, path)), nodeAt(root, path), checks, reporter);
  }
  checkTemplates(valueAt(value, ['defaults', 'text']), nodeAt(root, ['defaults', 'text']), reporter);
  const list = valueAt(value, ['items']);
  const listNode = nodeAt(root, ['items']);
  const written = Array.isArray(list) ? list : [];
  const checked = checkItems(written, listNode, checks, reporter);

  const problems = reporter.problems();
  if (problems.length > 0 || !parsed.success) return { problems };
  const { description, labels, defaults } = parsed.data;
  const entries = buildEntries(checked, defaults);
  const schedule = parsed.data.schedule === undefined ? undefined : buildSchedule(parsed.data.schedule);
  const job = {
    version: 1,
    name,
    ...(description === undefined ? {} : { description }),
    ...(labels === undefined ? {} : { labels }),
    ...(schedule === undefined ? {} : { schedule }),
    ...(schedule === undefined || schedule.timezone === 'UTC' ? {} : { timezone: schedule.timezone }),
    entries,
  } as const;
  return { job, warnings: [], placeOf: (path) => reporter.placeOf(nodeAt(root, path)) };
}

function refuseText(text: string, file: string): Problem | undefined {
  const bytes = Buffer.byteLength(text);
  if (bytes > maxFileBytes) return problemAtStart(file, 'file-too-large', tooLarge(bytes));
  const nul = text.indexOf('\0');
  if (nul === -1) return undefined;
  const before = text.slice(0, nul).split('\n');
  const place = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  return {
    file,
    ...place,
    code: 'file-nul',
    message: 'the file has a NUL character here; is it UTF-16, or no text at all?',
  };
}

function problemAtStart(file: string, code: ProblemCode, message: string): Problem {
  return { file, line: 1, column: 1, code, message };
}

function keysAt([key, ...below]: Path): readonly string[] {
  if (key === undefined) return Object.keys(fileSchema.shape);
  if (key === 'defaults') return Object.keys(fileSchema.shape.defaults.unwrap().shape);
  // Below a schedule only calendars and their ranges are maps.
  if (below.length === 0) return Object.keys(scheduleSchema.shape);
  return below.length === 2 ? Object.keys(calendarSchema.shape) : ['start', 'end', 'step'];
}

function baseName(file: string): string {
  return (file.split(/[\\/]/).at(-1) ?? '').replace(/\.(ya?ml|json)$/i, '');
}

/** In the defaults the system message stands beside the parameters, and is none. */
function withoutSystem(kind: 'text' | 'image', params: unknown): unknown {
  if (kind === 'image' || typeof params !== 'object' || params === null) return params;
  return Object.fromEntries(Object.entries(params).filter(([key]) => key !== 'system'));
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, key)
        ? at[key as keyof typeof at]
        : undefined,
    value,
  );
}
