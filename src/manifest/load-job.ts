import type { Node } from 'yaml';

import { isObject } from '../json.ts';
import { budgetMap, periodBudget } from './budget-schema.ts';
import { receiverMap } from './notify-schema.ts';
import { buildJob } from './build-job.ts';
import { textsOf } from './call-texts.ts';
import type { CheckContext } from './check-call.ts';
import { checkItems } from './check-items.ts';
import { checkMatrix, checkVariableNames } from './check-matrix.ts';
import { checkExtra, checkParams } from './check-params.ts';
import { createTemplateChecker } from './check-templates.ts';
import { maxFileBytes, tooLarge } from './decode-job-file.ts';
import type { FilePath, JobChecks, LoadedJob, Values } from './job.ts';
import { canaryMap, failFastMap } from './gate-schema.ts';
import { nodeAt } from './node-at.ts';
import type { Path } from './node-at.ts';
import { quoted } from './printable.ts';
import type { Place, Problem } from './problem.ts';
import type { ProblemCode } from './problem-codes.ts';
import { readTree } from './read-tree.ts';
import { readYaml } from './read-yaml.ts';
import { reportIssues } from './report-issues.ts';
import { createReporter } from './reporter.ts';
import type { Reporter } from './reporter.ts';
import { calendarSchema, scheduleSchema } from './schedule-schema.ts';
import { fileSchema, isName, nameRule, type WrittenFile } from './schema.ts';
import type { NameScope } from './template-scope.ts';

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
  const reporter = createReporter(file, yaml.placeOf, [...yaml.faults, ...tree.faults], tree.broken);
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
  const written = isObject(value) ? value : {};
  const name = parsed.data?.name ?? baseName(file);
  if (written['name'] === undefined && !isName(name)) {
    const message = `the file's name ${quoted(name)} cannot name the job; add a \`name\` that has ${nameRule}`;
    reporter.report(root, 'name-invalid', message);
  }

  const context: CheckContext = { checks, templates: createTemplateChecker(reporter), reporter };
  const vars = isObject(written['vars']) ? written['vars'] : {};
  checkVariableNames(Object.keys(vars), root, ['vars'], reporter);
  const scope: NameScope = {
    vars: vars as Values,
    axes: checkMatrix(written['matrix'], nodeAt(root, ['matrix']), [], reporter),
    hasRows: false,
    isEach: false,
    takesImages: false,
  };
  checkDefaults(written['defaults'], nodeAt(root, ['defaults']), scope, context);
  const { items } = written;
  const listed: readonly unknown[] = Array.isArray(items) ? items : [];
  const checked = checkItems(listed, nodeAt(root, ['items']), scope, context);

  const problems = reporter.problems();
  const placeOf = (path: FilePath): Place => reporter.placeOf(nodeAt(root, path));
  if (problems.length === 0 && parsed.success) {
    return { job: buildJob(name, parsed.data, checked), warnings: [], placeOf };
  }
  if (checked.length === 0) return { problems };
  return { problems, rest: { job: buildJob(name, parsed.data ?? rightPart(written), checked), placeOf } };
}

/** The keys of a file that are right each on its own. */
function rightPart(written: Readonly<Record<string, unknown>>): WrittenFile {
  const right = Object.entries(fileSchema.shape).flatMap(([key, schema]) => {
    const parsed = schema.safeParse(written[key]);
    return parsed.success ? [[key, parsed.data] as const] : [];
  });
  return Object.fromEntries(right) as WrittenFile;
}

/** Defaults stand for every item of their kind, so that their templates know what all of these know. */
function checkDefaults(defaults: unknown, node: Node, scope: NameScope, context: CheckContext): void {
  if (!isObject(defaults)) return;
  for (const kind of ['text', 'image'] as const) {
    const written = defaults[kind];
    if (!isObject(written)) continue;
    const { system, extra, ...params } = written;
    const place = nodeAt(node, [kind]);
    const isMisplaced = kind === 'image' && system !== undefined;
    checkParams(kind, isMisplaced ? { ...params, system } : params, place, context.checks, context.reporter);
    checkExtra(kind, extra, nodeAt(place, ['extra']), context.checks, context.reporter);
    // Here the parameters stand beside the system message, and not in a map of their own.
    const texts = textsOf({ params: written }).map(({ path, text }) => ({ path: path.slice(1), text }));
    context.templates.check(texts, place, () => scope);
  }
}

function refuseText(text: string, file: string): Problem | undefined {
  if (Buffer.byteLength(text) > maxFileBytes) return problemAtStart(file, 'file-too-large', tooLarge);
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

// Keys with a short form beside that of a map.
const maps: Readonly<Record<string, { readonly shape: object }>> = {
  budget: budgetMap,
  canary: canaryMap,
  failFast: failFastMap,
  notify: receiverMap,
};

function keysAt([key, ...below]: Path): readonly string[] {
  if (key === undefined) return Object.keys(fileSchema.shape);
  const map = maps[String(key)];
  if (map !== undefined) return Object.keys(map.shape);
  if (key !== 'schedule') {
    const section = fileSchema.shape[key as 'defaults' | 'limits'];
    return Object.keys(section.unwrap().shape);
  }
  // Below a schedule only calendars and their ranges are maps.
  if (below.length === 0) return Object.keys(scheduleSchema.shape);
  if (below[0] === 'budget') return Object.keys(periodBudget.shape);
  return below.length === 2 ? Object.keys(calendarSchema.shape) : ['start', 'end', 'step'];
}

function baseName(file: string): string {
  return (file.split(/[\\/]/).at(-1) ?? '').replace(/\.(ya?ml|json)$/i, '');
}
