import { isScalar, isSeq } from 'yaml';
import type { Node } from 'yaml';
import type { z } from 'zod';
import { hasValueAt, keyNode, nodeAt, valueNode } from './node-at.ts';
import type { Path } from './node-at.ts';
import { quoted } from './printable.ts';
import type { Reporter } from './reporter.ts';

type Issue = z.core.$ZodIssue;

/** What a schema says of a value, and where in the file that value is. */
export interface IssueContext {
  /** The node that was checked against the schema. */
  readonly root: Node;
  /** Known keys of the map at a path, to guess what an unknown one was meant to be. */
  readonly keysAt: (path: Path) => readonly string[];
  /** Why a key that the language knows may not stand here, if it is one. */
  readonly misplaced?: (path: Path, key: string) => string | undefined;
  /** What the whole file is called. @default the job */
  readonly wholeName?: string;
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  array: 'a list',
  boolean: 'true or false',
  object: 'a map',
  record: 'a map',
  number: 'a number',
};

/** Reports what zod found, in the words and at the places of the file. */
export function reportIssues(issues: readonly Issue[], context: IssueContext, reporter: Reporter): void {
  for (const issue of issues) reportIssue(issue, [], context, reporter);
}

function reportIssue(issue: Issue, above: Path, context: IssueContext, reporter: Reporter): void {
  const path = [...above, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) reportUnknownKey(path, key, context, reporter);
    return;
  }
  if (issue.code === 'invalid_key') {
    const key = String(path.at(-1));
    const node = keyNode(context.root, path.slice(0, -1), key);
    reporter.report(node, 'value-invalid', `${issue.issues[0]?.message ?? ''}, not ${quoted(key)}`);
    return;
  }
  const branch = issue.code === 'invalid_union' ? nearestBranch(issue.errors) : undefined;
  if (branch) {
    for (const nested of branch) reportIssue(nested, path, context, reporter);
  } else if (isMissing(path, context.root)) {
    reporter.report(
      nodeAt(context.root, path.slice(0, -1)),
      'key-missing',
      `the key ${nameOf(path)} is missing`,
    );
  } else reportValue(issue, path, context, reporter);
}

function reportValue(issue: Issue, path: Path, context: IssueContext, reporter: Reporter): void {
  const node = nodeAt(context.root, path);
  const name = nameOf(path, context.wholeName);
  const value = valueNode(context.root, path);
  const found = describe(value);
  if (issue.code === 'invalid_type') {
    reporter.report(node, 'type-wrong', wrongType(name, issue.expected, value));
  } else if (issue.code === 'invalid_union') {
    reporter.report(node, 'type-wrong', `${name} cannot be ${found}`);
  } else if (issue.code === 'invalid_value' && path.length === 1 && path[0] === 'version') {
    reporter.report(node, 'version-unsupported', `the version must be the number 1, not ${found}`);
  } else if (issue.code === 'invalid_value') {
    const values = issue.values.map((value) => quoted(String(value))).join(', ');
    reporter.report(node, 'value-invalid', `${name} must be one of ${values}, not ${found}`);
  } else if (issue.code === 'too_small' && issue.origin !== 'number') {
    reporter.report(node, 'value-invalid', `${name} is empty`);
  } else reporter.report(node, 'value-invalid', `${name} is ${found}; ${issue.message}`);
}

function reportUnknownKey(path: Path, key: string, context: IssueContext, reporter: Reporter): void {
  const node = keyNode(context.root, path, key);
  const misplaced = context.misplaced?.(path, key);
  if (misplaced !== undefined) {
    reporter.report(node, 'key-misplaced', misplaced);
    return;
  }
  const hint = reporter.hint(key, () => context.keysAt(path));
  reporter.report(node, 'key-unknown', `unknown key ${quoted(key)}${hint}`);
}

/** The branch that fits the value's type and fails inside it tells more than the ones of another type. */
function nearestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  return branches.find(
    (issues) => !issues.some(({ code, path }) => code === 'invalid_type' && path.length === 0),
  );
}

function isMissing(path: Path, root: Node): boolean {
  const last = path.at(-1);
  if (typeof last !== 'string') return false;
  return !hasValueAt(root, path);
}

function wrongType(name: string, expected: string, node: Node): string {
  const isPlainValue = isScalar(node) && (typeof node.value === 'number' || typeof node.value === 'boolean');
  const hint = expected === 'string' && isPlainValue ? `; write it in quotes: "${node.source}"` : '';
  return `${name} must be ${typeNames[expected] ?? expected}, not ${describe(node)}${hint}`;
}

function describe(node: Node): string {
  if (isSeq(node)) return 'a list';
  if (!isScalar(node)) return 'a map';
  const { value } = node;
  if (value === null) return 'nothing';
  return typeof value === 'string' ? `the text ${quoted(value)}` : quoted(node.source ?? '');
}

function nameOf(path: Path, wholeName = 'the job'): string {
  const last = path.at(-1);
  if (last === undefined) return wholeName;
  return typeof last === 'number' ? `entry ${last + 1}` : quoted(String(last));
}
