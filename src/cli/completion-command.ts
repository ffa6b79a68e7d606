import { Argument, type Command, type Option } from 'commander';

import type { Outcome } from '../commands/actions/outcome.ts';
import {
  completionScript,
  shells,
  type Completed,
  type CompletedCommand,
  type CompletedOption,
} from './completion.ts';
import { exitCodes } from '../commands/exit-codes.ts';
import { exampleText, examples } from './help.ts';

/** The command that tells a shell how to complete all others: it is added when they are there. */
export function addCompletionCommand(program: Command, present: (outcome: Outcome) => void): void {
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'the shell that is to read it').choices(shells))
    .description('print what completes commands, options and run ids in a shell')
    .addHelpText('after', exampleText(examples.completion))
    .action((shell: (typeof shells)[number]) => {
      present({ text: completionScript(shell, completedOf(program, '')), exitCode: exitCodes.succeeded });
    });
}

/** A command and all below it, as completion knows them. */
function completedOf(command: Command, path: string): CompletedCommand {
  const [argument] = command.registeredArguments;
  return {
    path,
    description: command.description(),
    options: [...command.options.filter(({ hidden }) => !hidden).map(optionOf), { names: ['--help'] }],
    takes: argument === undefined ? 'nothing' : (argument.argChoices ?? takenAs(argument.name())),
    commands: command.commands.map((below) => completedOf(below, `${path} ${below.name()}`.trim())),
  };
}

function optionOf({ long, short, required, optional, argChoices, flags }: Option): CompletedOption {
  const names = [long, short].filter((name) => name !== undefined && name !== null);
  if (!required && !optional) return { names };
  return { names, takes: argChoices ?? takenAs(/<([a-z]+)/.exec(flags)?.[1] ?? '') };
}

function takenAs(name: string): Completed {
  if (name === 'run' || name === 'runs') return 'runs';
  return name === 'file' || name === 'files' || name === 'folder' ? 'files' : 'nothing';
}
