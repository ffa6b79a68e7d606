import type { Node } from 'yaml';
import { nodeAt } from './node-at.ts';
import type { Path } from './node-at.ts';
import type { Reporter } from './reporter.ts';
import { templateProblem } from './template.ts';

/** Checks every text of an item, or of the defaults, that is filled in at planning. */
export function checkTemplates(value: unknown, root: Node, reporter: Reporter): void {
  for (const [path, text] of textsOf(value)) {
    const problem = templateProblem(text);
    if (problem !== undefined) reporter.report(nodeAt(root, path), problem.code, problem.message);
  }
}

const promptKeys = ['text', 'image', 'system'] as const;

function textsOf(value: unknown): readonly (readonly [Path, string])[] {
  if (!isRecord(value)) return [];
  const texts: (readonly [Path, string])[] = [];
  const add = (path: Path, text: unknown): void => {
    if (typeof text === 'string') texts.push([path, text]);
  };
  for (const key of promptKeys) add([key], value[key]);
  listOf(value['prompts']).forEach((prompt, index) => add(['prompts', index], prompt));
  listOf(value['messages']).forEach((message, index) => {
    const content = isRecord(message) ? message['content'] : undefined;
    add(['messages', index, 'content'], content);
    listOf(content).forEach((part, at) => {
      if (isRecord(part)) add(['messages', index, 'content', at, 'text'], part['text']);
    });
  });
  return texts;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
