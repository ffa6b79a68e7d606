import type { Problem } from '../../manifest/problem.ts';

/**
 * A problem as an annotation of GitHub's workflows.
 * Source: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
export function annotation(level: 'error' | 'warning', problem: Problem): string {
  const { file, line, column, code, message } = problem;
  const properties = Object.entries({ file, line: String(line), col: String(column), title: code });
  return `::${level} ${properties.map(([name, value]) => `${name}=${escapeProperty(value)}`).join(',')}::${escapeText(message)}`;
}

function escapeText(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeText(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
