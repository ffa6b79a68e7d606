import { parts, type Check } from '../../doctor/check.ts';
import { plain } from './terminal.ts';
import { plural } from './words.ts';

const LINE = 2_000;

/** Checks as lines below their parts, and how many of them need somebody. */
export function checksText(checks: readonly Check[]): string {
  const nameWidth = Math.max(...checks.map(({ name }) => name.length));
  const present = parts.filter((part) => checks.some((check) => check.part === part));
  const blocks = present.map((part) => {
    const lines = checks
      .filter((check) => check.part === part)
      .flatMap(({ state, name, found, remedy }) => [
        `  ${state.padEnd(8)} ${name.padEnd(nameWidth)}  ${plain(found, LINE)}`,
        ...(remedy === undefined ? [] : [`  ${' '.repeat(9 + nameWidth)}  -> ${plain(remedy, LINE)}`]),
      ]);
    return [part, ...lines].join('\n');
  });
  return [...blocks, summary(checks)].join('\n\n');
}

function summary(checks: readonly Check[]): string {
  const count = (state: Check['state']): number => checks.filter((check) => check.state === state).length;
  const [failed, warnings] = [count('failed'), count('warning')];
  if (failed + warnings === 0) return 'Everything that could be checked is right.';
  return `${failed} failed, ${plural(warnings, 'warning')}.`;
}
