import { createInterface } from 'node:readline/promises';

import pc from 'picocolors';

/** Where a command talks: people on stderr, data on stdout. */
export interface Terminal {
  /** Whether people watch: then a line may be drawn over. */
  readonly isInteractive: boolean;
  /** Columns of the screen. */
  readonly width: () => number;
  /** Columns that data may have: no limit where it goes to a pipe or a file. */
  readonly dataWidth: () => number;
  readonly color: ReturnType<typeof pc.createColors>;
  /** A line for people. */
  say(line: string): void;
  /** A line that the next one takes the place of; nothing where nobody watches. */
  draw(line: string): void;
  /** Data for programs. */
  data(text: string): void;
  /** Asks for a yes; absent where nobody can answer. */
  readonly ask?: (question: string) => Promise<boolean>;
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
  let isDrawn = false;
  const wipe = (): string => (isDrawn ? '\r\u001b[2K' : '');
  return {
    isInteractive,
    width: () => talk.columns ?? 80,
    dataWidth: () => ((out.isTTY as boolean | undefined) ? out.columns : Number.POSITIVE_INFINITY),
    color: pc.createColors(hasColor),
    say(line) {
      talk.write(`${wipe()}${line}\n`);
      isDrawn = false;
    },
    draw(line) {
      if (!isInteractive) return;
      talk.write(`${wipe()}${line}`);
      isDrawn = line !== '';
    },
    ...(isInteractive && Boolean(process.stdin.isTTY as boolean | undefined)
      ? { ask: (question: string) => askOnce(question, talk) }
      : {}),
    data: (text) => void out.write(text.endsWith('\n') ? text : `${text}\n`),
  };
}

async function askOnce(question: string, output: NodeJS.WriteStream): Promise<boolean> {
  const reader = createInterface({ input: process.stdin, output });
  try {
    return /^y(es)?$/i.test((await reader.question(`${question} Start it? [y/N] `)).trim());
  } catch {
    // Ctrl-C and Ctrl-D are no yes.
    return false;
  } finally {
    reader.close();
  }
}

/**
 * Makes text that is not ours harmless on a screen: no control characters, no direction overrides, one line.
 *
 * @param limit - characters at most
 */
export function plain(text: string, limit = 500): string {
  // oxlint-disable-next-line no-control-regex -- these are what must not reach a screen
  const inert = text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, ' ');
  return inert.length > limit ? `${inert.slice(0, limit - 1)}…` : inert;
}
