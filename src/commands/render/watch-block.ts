import { stripVTControlCharacters } from 'node:util';

import stringWidth from 'fast-string-width';

import type { Running } from '../runs/follow.ts';
import { settledItems } from '../../records/tally.ts';
import { costParts } from './budget-text.ts';
import { cut, wrap } from './fit.ts';
import { rowsOf, type Screen } from './redraw.ts';
import type { Terminal } from './terminal.ts';
import { failureLines, laneLines, modelLines, troubleLines, type LaneSight } from './watch-lines.ts';
import { duration, utc } from './words.ts';

/** What the block of a run that goes on is drawn from. */
export interface Watching {
  readonly runId: string;
  readonly emulated: boolean;
  /** Since it was planned, where that is known. */
  readonly seconds?: number;
  /** The last answer of the run; absent before the first. */
  readonly sight?: Running;
  /** Why it does not answer now. */
  readonly silence?: string;
  /** Items a second, lately; absent before there is a rate. */
  readonly rate?: number;
  readonly lanes: readonly LaneSight[];
  /** Its page in the Temporal UI, where that is known. */
  readonly uiPage?: string;
}

/** A part of the block: the higher its rank, the sooner it gives way. */
interface Part {
  readonly rank: number;
  readonly text: string;
}

const BAR = 24;
const NARROW = 100;
const LABEL = 9;
const SEPARATOR = ' · ';

/**
 * A run as people watch it: state, bar, cost, rate, what is wrong, models, failures. It is never higher than the screen, whose
 * last row is the cursor's, and what matters least gives way.
 */
export function watchBlock(watching: Watching, screen: Screen, color: Terminal['color']): string {
  // A line as wide as the screen leaves the cursor where terminals do not agree.
  const width = Math.max(1, screen.columns - 1);
  const { sight, silence, lanes, uiPage } = watching;
  const oneRow = (label: string, text: string): string => `${label}${cut(text, width - LABEL)}`;
  const wrapped = (label: string, text: string): string =>
    wrap(`${' '.repeat(LABEL)}${text}`, width).replace(/^ */, () => label);
  const each = (
    name: string,
    lines: readonly string[],
    ranks: readonly number[],
    row = oneRow,
    paint = color.dim,
  ): readonly Part[] =>
    lines.map((text, index) => ({
      rank: ranks[index] ?? ranks.at(-1) ?? 0,
      text: row(paint((index === 0 ? name : '').padEnd(LABEL)), text),
    }));
  const parts: Part[] = [
    { rank: 1, text: join(headParts(watching, color), width) },
    ...(sight === undefined || sight.view.items === 0
      ? []
      : [{ rank: 0, text: barLine(watching, sight, width, color) }]),
    ...each('!', troubleLines(sight, silence), [2], wrapped, (text) => color.red(color.bold(text))),
    ...(sight === undefined
      ? []
      : [
          ...each('Cost', [join(costParts(sight.view.tally, sight.budget), width - LABEL)], [3]),
          ...each('Rate', silence === undefined ? laneLines(lanes) : [], [4, 11]),
          ...each('Models', modelLines(sight.view.models), [7, 7, 7, 9]),
          ...each('Failed', failureLines(watching.runId, sight.view), [6, 8, 8, 10], wrapped),
        ]),
    // An address that is broken could not be opened.
    ...(uiPage === undefined || LABEL + uiPage.length > width ? [] : each('UI', [uiPage], [5])),
  ];
  return fit(parts, screen)
    .map(({ text }) => text)
    .join('\n');
}

function headParts({ runId, sight, silence, seconds, emulated }: Watching, color: Terminal['color']) {
  const endsAt = sight?.view.endsAt;
  return [
    `${color.bold(runId)} ${stateWord(sight, silence, color)}`,
    ...(seconds === undefined ? [] : [duration(seconds)]),
    ...(endsAt === undefined ? [] : [`deadline ${utc(endsAt)}`]),
    ...(emulated ? ['emulated'] : []),
  ];
}

// A colour behind the word is read on dark and on light screens, whatever they make of it.
function stateWord(
  sight: Running | undefined,
  silence: string | undefined,
  { isColorSupported, black, white, bgGreen, bgYellow, bgCyan, bgRed }: Terminal['color'],
): string {
  if (silence !== undefined) return isColorSupported ? bgRed(white(' no answer ')) : 'no answer';
  const word = sight?.view.state ?? 'starting';
  if (!isColorSupported) return word;
  const paint = word === 'running' ? bgGreen : word === 'paused' ? bgYellow : bgCyan;
  return paint(black(` ${word} `));
}

function barLine(
  { rate, silence }: Watching,
  { view: { items, tally, state }, inFlight }: Running,
  width: number,
  color: Terminal['color'],
): string {
  const done = settledItems(tally);
  const size = width < NARROW ? BAR / 2 : BAR;
  const filled = Math.floor((done / items) * size);
  const left = items - done;
  const hasTime = rate !== undefined && rate > 0 && left > 0 && state === 'running' && silence === undefined;
  return join(
    [
      `${color.green('█'.repeat(filled))}${color.dim('░'.repeat(size - filled))} ${done}/${items}`,
      ...(tally.failed > 0 ? [color.red(`${tally.failed} failed`)] : []),
      ...(hasTime ? [`${duration(left / rate)} left`] : []),
      ...(inFlight > 0 && silence === undefined ? [`${inFlight} under way`] : []),
      ...(hasTime ? [`${rate.toFixed(1)} items/s`] : []),
      ...(tally.throttled > 0 ? [`${tally.throttled} throttled`] : []),
    ],
    width,
  );
}

// The last parts give way; the first alone is cut.
function join(parts: readonly string[], width: number): string {
  const kept = [...parts];
  while (kept.length > 1 && stringWidth(kept.join(SEPARATOR)) > width) kept.pop();
  const line = kept.join(SEPARATOR);
  return stringWidth(line) <= width ? line : cut(stripVTControlCharacters(line), width);
}

function fit(parts: readonly Part[], { columns, rows }: Screen): readonly Part[] {
  const kept = [...parts];
  const height = (): number => kept.reduce((sum, { text }) => sum + rowsOf(text, columns), 0);
  while (kept.length > 1 && height() > rows - 1) {
    const worst = Math.max(...kept.map(({ rank }) => rank));
    kept.splice(
      kept.findLastIndex(({ rank }) => rank === worst),
      1,
    );
  }
  return kept;
}
