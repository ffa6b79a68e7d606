import { exitCodes } from '../exit-codes.ts';
import type { Terminal } from '../render/terminal.ts';

/** How a command's data is printed. */
export interface OutputFlags {
  readonly output: 'text' | 'json';
}

/** What a command is given besides its arguments. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** From the first call on, Ctrl-C aborts this signal in place of ending the process. */
  readonly interrupts: () => AbortSignal;
}

/** What a command leaves: data for programs, the same as text for people, and the exit code. */
export interface Outcome {
  /** Printed as JSON where that was asked for. */
  readonly data?: unknown;
  /** Printed otherwise; absent where people were told everything on the way. */
  readonly text?: string;
  readonly exitCode: number;
}

/** A command that has done all it had to do. */
export const done: Outcome = { exitCode: exitCodes.succeeded };
