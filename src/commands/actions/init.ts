import { exitCodes } from '../exit-codes.ts';
import { init, listExamples } from '../job/init.ts';
import type { CommandContext, Outcome, OutputFlags } from './outcome.ts';

export interface InitFlags extends OutputFlags {
  readonly example?: string;
  readonly list?: boolean;
  readonly force?: boolean;
}

/** `init [FILE]` */
export async function initAction(
  file: string | undefined,
  { example, list, force = false }: InitFlags,
  { terminal }: CommandContext,
): Promise<Outcome> {
  if (list === true) {
    const examples = await listExamples();
    const width = Math.max(...examples.map(({ name }) => name.length));
    const text = examples.map(({ name, description }) => `${name.padEnd(width)}  ${description}`).join('\n');
    return { data: examples, text, exitCode: exitCodes.succeeded };
  }
  const options = { force, ...(example === undefined ? {} : { example }) };
  const files = await init(file === undefined ? options : { ...options, file });
  terminal.say(`Wrote ${files.join(', ')}.`);
  terminal.say(`Next: \`pollen-batch validate ${files[0]}\`, then \`pollen-batch run ${files[0]}\`.`);
  return { data: { files }, exitCode: exitCodes.succeeded };
}
