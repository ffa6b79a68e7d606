import type { Node } from 'yaml';

import { isObject } from '../json.ts';
import { hasTemplate } from './call-texts.ts';
import type { ItemKind, JobChecks } from './job.ts';
import { keyNode, nodeAt } from './node-at.ts';
import { quoted } from './printable.ts';
import type { Reporter } from './reporter.ts';

/** What the product itself says of a call, or sends for it: no parameter may go over it. */
export const ownParams: ReadonlySet<string> = new Set([
  'messages',
  'prompt',
  'model',
  'seed',
  'key',
  'token',
  'extra',
]);

/**
 * Checks the parameters as written, defaults and items apart, so that one slip in the defaults is one problem. Those with
 * templates are checked once they are filled in.
 */
export function checkParams(
  kind: ItemKind,
  params: unknown,
  node: Node,
  checks: JobChecks,
  reporter: Reporter,
): void {
  if (!isObject(params)) return;
  if (Object.hasOwn(params, 'extra')) {
    reporter.report(keyNode(node, [], 'extra'), 'key-misplaced', '`extra` stands beside `params`, not in it');
  }
  const constant = Object.entries(params).filter(([key, value]) => key !== 'extra' && !hasTemplate(value));
  for (const { param, code, message } of checks.paramProblems(kind, Object.fromEntries(constant))) {
    const place = code === 'param-unknown' ? keyNode(node, [], param) : nodeAt(node, [param]);
    const hint = code === 'param-unknown' ? '; what the API does not document goes under `extra`' : '';
    reporter.report(place, code, message + hint);
  }
}

/** Checks that what stands under `extra` is nothing that has a place of its own. */
export function checkExtra(
  kind: ItemKind,
  extra: unknown,
  node: Node,
  checks: JobChecks,
  reporter: Reporter,
): void {
  if (!isObject(extra)) return;
  for (const key of Object.keys(extra)) {
    if (ownParams.has(key)) {
      reporter.report(keyNode(node, [], key), 'key-misplaced', `${quoted(key)} cannot stand under \`extra\``);
    } else if (!checks.paramProblems(kind, { [key]: null }).some(({ code }) => code === 'param-unknown')) {
      const message = `the API documents ${quoted(key)}; put it under \`params\``;
      reporter.report(keyNode(node, [], key), 'key-misplaced', message);
    }
  }
}
