import type { Node } from 'yaml';

import type { CallText } from './call-texts.ts';
import { nodeAt } from './node-at.ts';
import { pictureProblem } from './picture-template.ts';
import type { ProblemCode } from './problem-codes.ts';
import type { Reporter } from './reporter.ts';
import { countMarks, isTemplate, parseTemplate, templateReason } from './template.ts';
import type { TemplateName } from './template.ts';
import { nameProblem } from './template-scope.ts';
import type { NameScope } from './template-scope.ts';

/** Most outputs and tags of a file, and most characters of its templates: reading these takes most of a second. */
const maxMarks = 8_000;
const maxCharacters = 2_000_000;

/** Checks templates of one file, and keeps count of them. */
export interface TemplateChecker {
  /** Reports what is wrong with texts; gives what the right ones name. */
  check(
    texts: readonly CallText[],
    root: Node,
    scopeOf: (text: CallText) => NameScope,
  ): readonly { readonly name: TemplateName; readonly node: Node }[];
}

/** Creates the checker of a file. */
export function createTemplateChecker(reporter: Reporter): TemplateChecker {
  const seen = new Set<string>();
  let marks = 0;
  let characters = 0;

  const isTooMuch = (text: string): boolean => {
    if (!seen.has(text)) {
      seen.add(text);
      marks += countMarks(text);
      characters += text.length;
    }
    return marks > maxMarks || characters > maxCharacters;
  };
  let isTold = false;

  const namesOf = (text: string, node: Node): readonly TemplateName[] => {
    if (isTooMuch(text)) {
      const message = `the templates of the file have more than ${maxMarks} outputs and tags, or ${maxCharacters} characters; put rows into a CSV or JSONL file and name it with \`from:\``;
      if (!isTold) reporter.report(node, 'template-invalid', message);
      isTold = true;
      return [];
    }
    try {
      return parseTemplate(text).names;
    } catch (error) {
      reporter.report(node, 'template-invalid', `the template cannot be read: ${templateReason(error)}`);
      return [];
    }
  };

  return {
    check: (texts, root, scopeOf) =>
      texts
        .filter(({ text }) => isTemplate(text))
        .flatMap((written) => {
          const node = nodeAt(root, written.path);
          const scope = scopeOf(written);
          const told = new Set<string>();
          const tell = (code: ProblemCode, message: string): void => {
            if (!told.has(message)) reporter.report(node, code, message);
            told.add(message);
          };
          const names = namesOf(written.text, node).flatMap((name) => {
            const problem = nameProblem(name, scope, reporter.hint);
            if (problem === undefined) return [{ name, node }];
            tell(problem.code, problem.message);
            return [];
          });
          // Only of what could be read, as a hostile text has a million marks.
          const picture = names.some(({ name: [root] }) => root === 'steps')
            ? pictureProblem(written.text, scope.takesImages)
            : undefined;
          if (picture !== undefined) tell('template-unknown', picture);
          return names;
        }),
  };
}
