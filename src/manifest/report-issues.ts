import { isScalar, isSeq } from 'yaml';
import type { Node } from 'yaml';
import type * as z from 'zod';
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
  int: 'a whole number',
  null: 'null',
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
    const possible = [...new Set(issue.errors.flatMap(possibleOf))];
    // A text where some texts would do is of the right type.
    const isText = isScalar(value) && typeof value.value === 'string' && possible.some(isQuoted);
    const code = isText ? 'value-invalid' : 'type-wrong';
    reporter.report(node, code, `${name} must be ${alternatives(possible)}, not ${found}`);
  } else if (issue.code === 'invalid_value' && path.length === 1 && path[0] === 'version') {
    reporter.report(node, 'version-unsupported', `the version must be the number 1, not ${found}`);
  } else if (issue.code === 'invalid_value') {
    const values = issue.values.map((value) => quoted(String(value))).join(', ');
    reporter.report(node, 'value-invalid', `${name} must be one of ${values}, not ${found}`);
  } else if ((issue.code === 'too_small' || issue.code === 'too_big') && !hasOwnWords(issue, value)) {
    reporter.report(node, 'value-invalid', wrongSize(name, issue, value));
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

/** The branch that fits the value's type and fails inside it tells more than the ones of another type or value. */
function nearestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  return branches.find((issues) => !issues.some(isOfOtherType));
}

function isOfOtherType(issue: Issue): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === 'invalid_union') return nearestBranch(issue.errors) === undefined;
  return issue.code === 'invalid_type' || issue.code === 'invalid_value';
}

/** What the branch of a union would take. */
function possibleOf(issues: readonly Issue[]): readonly string[] {
  return issues.flatMap((issue) => {
    if (issue.path.length > 0) return [];
    if (issue.code === 'invalid_type') return [typeNames[issue.expected] ?? issue.expected];
    if (issue.code === 'invalid_value') return issue.values.map((value) => quoted(String(value)));
    return issue.code === 'invalid_union' ? issue.errors.flatMap(possibleOf) : [];
  });
}

function isQuoted(word: string): boolean {
  return word.startsWith('`');
}

function alternatives(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** Whether the schema says itself what size there may be; of an empty list there is no more to say. */
function hasOwnWords({ message }: Issue, node: Node): boolean {
  return !/^Too (?:big|small):/.test(message) && !(isSeq(node) && node.items.length === 0);
}

function wrongSize(
  name: string,
  issue: Extract<Issue, { readonly code: 'too_small' | 'too_big' }>,
  node: Node,
): string {
  if (isSeq(node)) {
    const { length } = node.items;
    if (length === 0) return `${name} is empty; it needs an entry`;
    const limit = issue.code === 'too_big' ? `up to ${issue.maximum}` : `at least ${issue.minimum}`;
    return `${name} has ${length} entries, and may have ${limit}`;
  }
  const bound = issue.code === 'too_big' ? `${issue.maximum} or less` : `${issue.minimum} or more`;
  return `${name} must be ${bound}, not ${describe(node)}`;
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
