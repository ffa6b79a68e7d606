import { createInterface } from 'node:readline/promises';

import pc from 'picocolors';

import { wrap } from './fit.ts';
import { redraw, type Screen, type View } from './redraw.ts';

/** Where a command talks: people on stderr, data on stdout. */
export interface Terminal {
  /** Whether people watch: then what is drawn may be drawn over. */
  readonly isInteractive: boolean;
  /** Columns that data may have: no limit where it goes to a pipe or a file. */
  readonly dataWidth: () => number;
  readonly color: ReturnType<typeof pc.createColors>;
  /** Text for people, broken at words on a screen. */
  say(text: string): void;
  /** A warning for people, in the colour of warnings. */
  warn(text: string): void;
  /** How it ends, which `--quiet` leaves; it takes away what was drawn. */
  conclude(text: string): void;
  /**
   * A block that the next one takes the place of, and that is made anew when the screen gets another size; nothing where
   * nobody watches. An empty one takes it away.
   */
  draw(view: View): void;
  /** Data for programs. */
  data(text: string): void;
  /** Asks for a yes; absent where nobody can answer. What is asked at the end is `Start it?` when not given. */
  readonly ask?: (about: string, question?: string) => Promise<boolean>;
}

/** The terminal of this process; NO_COLOR and pipes are respected. */
export function createTerminal(
  streams: { readonly out: NodeJS.WriteStream; readonly talk: NodeJS.WriteStream } = {
    out: process.stdout,
    talk: process.stderr,
  },
  environment: NodeJS.ProcessEnv = process.env,
): Terminal {
  const { out, talk } = streams;
  // Absent on a pipe, whatever its type says; and without a clear no, colours come in CI.
  const isTerminal = Boolean(talk.isTTY as boolean | undefined);
  const isInteractive = isTerminal && environment['TERM'] !== 'dumb';
  const hasColor = isInteractive && !environment['NO_COLOR'];
  function screen(): Screen {
    // As it is now: what the stream keeps is of the last signal, which may still be on its way.
    const [columns, rows] = isInteractive ? talk.getWindowSize() : [0, 0];
    // A terminal that does not know its size says 0.
    return { columns: columns || 80, rows: rows || 24 };
  }
  let view: View = '';
  let drawn = '';
  function paint(above = ''): void {
    const size = screen();
    const next = typeof view === 'string' ? view : view(size);
    if (above === '' && next === drawn) return;
    talk.write(redraw(drawn, next, size.columns, above));
    drawn = next;
  }
  function say(text: string): void {
    const { columns } = screen();
    const lines = text.split('\n').map((line) => (isInteractive ? wrap(line, columns) : line));
    paint(lines.join('\n'));
  }
  const color = pc.createColors(hasColor);
  if (isInteractive) talk.on('resize', () => paint());
  return {
    isInteractive,
    dataWidth: () => ((out.isTTY as boolean | undefined) ? out.columns : Number.POSITIVE_INFINITY),
    color,
    say,
    warn: (text) => say(color.magenta(`Warning: ${text}`)),
    conclude(text) {
      view = '';
      say(text);
    },
    draw(next) {
      if (!isInteractive) return;
      view = next;
      paint();
    },
    ...(isInteractive && Boolean(process.stdin.isTTY as boolean | undefined)
      ? { ask: (about: string, question = 'Start it?') => askOnce(`${about} ${question}`, talk) }
      : {}),
    data: (text) => void out.write(text.endsWith('\n') ? text : `${text}\n`),
  };
}

/** The terminal with `--quiet`: only how it ends, and data. Questions are asked all the same. */
export function quieted(terminal: Terminal): Terminal {
  return { ...terminal, isInteractive: false, say: () => {}, warn: () => {}, draw: () => {} };
}

async function askOnce(question: string, output: NodeJS.WriteStream): Promise<boolean> {
  const reader = createInterface({ input: process.stdin, output });
  try {
    return /^y(es)?$/i.test((await reader.question(`${question} [y/N] `)).trim());
  } catch {
    // Ctrl-C and Ctrl-D are no yes.
    return false;
  } finally {
    reader.close();
  }
}

// oxlint-disable-next-line no-control-regex -- these are what must not reach a screen
const obeyed = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * Makes text that is not ours harmless on a screen: no control characters, no direction overrides, one line.
 *
 * @param limit - characters at most
 */
export function plain(text: string, limit = 500): string {
  const inert = text.replaceAll(obeyed, ' ');
  return inert.length > limit ? `${inert.slice(0, limit - 1)}…` : inert;
}
