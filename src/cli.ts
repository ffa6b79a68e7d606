import { readFileSync } from 'node:fs';

import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';

import type { CommandContext, Outcome, OutputFlags } from './commands/actions/outcome.ts';
import type { DevFlags } from './commands/actions/dev.ts';
import type { EmulatorFlags } from './commands/actions/emulator.ts';
import type { InitFlags } from './commands/actions/init.ts';
import type { PlanFlags } from './commands/actions/plan.ts';
import type { ResultsFlags } from './commands/actions/results.ts';
import type { RunFlags } from './commands/actions/run.ts';
import type { ApplyFlags } from './commands/actions/schedule.ts';
import type { SubmitFlags } from './commands/actions/submit.ts';
import type { ProblemFormat } from './commands/actions/validate.ts';
import { exitCodeOfError, exitCodes } from './commands/exit-codes.ts';
import { exampleText, examples, mainHelp } from './commands/help.ts';
import { createInterrupts } from './commands/interrupts.ts';
import { errorText } from './commands/render/error-text.ts';
import { createTerminal } from './commands/render/terminal.ts';

const LINGER_MS = 2_000;

const terminal = createTerminal();
const context: CommandContext = { terminal, interrupts: createInterrupts() };

// Only declarations: a command's code is imported when it is called, so that help and errors come at once.
function createProgram(): Command {
  const program = new Command('pollen-batch')
    .description(
      'Batch text and image generation on Pollinations: a YAML job in, results and an exact bill in Pollen out.',
    )
    .version(version())
    .showHelpAfterError('(add --help for the options)')
    .addHelpText('after', mainHelp)
    .exitOverride();

  submitOptions(program.command('run'))
    .argument('<file>', 'job file, or - for standard input')
    .description('run a job from file to results; starts a local stack where no servers are configured')
    .option('--out <folder>', 'folder that the results are copied to', 'out')
    .addHelpText('after', exampleText(examples.run))
    .action(async (file: string, flags: RunFlags) => {
      const { runAction } = await import('./commands/actions/run.ts');
      present(await runAction(file, flags, context), flags);
    });

  program
    .command('init')
    .argument('[file]', 'path of the new job file; job.yaml, or that of the example, if not given')
    .description('write a job file to begin with, or an example with its data')
    .option('--example <name>', 'the example to copy')
    .option('--list', 'list the examples')
    .option('--force', 'write over files that are there')
    .addOption(outputOption())
    .addHelpText('after', exampleText(examples.init))
    .action(async (file: string | undefined, flags: InitFlags) => {
      const { initAction } = await import('./commands/actions/init.ts');
      present(await initAction(file, flags, context), flags);
    });

  program
    .command('validate')
    .argument('<files...>', 'job files, or - for standard input')
    .description('check job files; every problem is said at once, with its place')
    .addOption(
      new Option('--format <format>', 'how problems are written; github for annotations of its workflows')
        .choices(['text', 'github'])
        .default('text'),
    )
    .addOption(outputOption())
    .addHelpText('after', exampleText(examples.validate))
    .action(async (files: string[], flags: OutputFlags & { readonly format: ProblemFormat }) => {
      const { validateAction } = await import('./commands/actions/validate.ts');
      present(await validateAction(files, flags.format), flags);
    });

  program
    .command('schema')
    .description('print the JSON Schema of job files, for editors')
    .addHelpText('after', exampleText(examples.schema))
    .action(async () => {
      const { schemaAction } = await import('./commands/actions/schema.ts');
      present(schemaAction());
    });

  program
    .command('plan')
    .argument('<file>', 'job file, or - for standard input')
    .description('show what a job would call, cost and change; nothing is started or written')
    .option('--show <count>', 'requests to show in full', parseCount, 1)
    .option('--fresh', 'with new seeds for the whole run, but for those that the job pins')
    .option('--reuse', 'take over what earlier runs of the job have done')
    .option('--allow-unpriced', 'also plan models without a known price')
    .option('--anonymous', 'send no key: only models that cost nothing')
    .addOption(modelOption())
    .addOption(outputOption())
    .addHelpText('after', exampleText(examples.plan))
    .action(async (file: string, flags: PlanFlags) => {
      const { planAction } = await import('./commands/actions/plan.ts');
      present(await planAction(file, flags, context), flags);
    });

  submitOptions(program.command('submit'))
    .argument('<file>', 'job file, or - for standard input')
    .description('submit a job to the configured servers, or to the local stack that `dev` runs')
    .option('-w, --watch', 'stay and show the progress; Ctrl-C leaves the run going')
    .addHelpText('after', exampleText(examples.submit))
    .action(async (file: string, flags: SubmitFlags & { readonly watch?: boolean }) => {
      const { submitAction } = await import('./commands/actions/submit.ts');
      present(await submitAction(file, flags, context), flags);
    });

  program
    .command('watch')
    .argument('<run>', 'run id, as `list` shows it')
    .description('show the progress of a run until it ends; Ctrl-C leaves the run going')
    .addOption(outputOption())
    .addHelpText('after', exampleText(examples.watch))
    .action(async (runId: string, flags: OutputFlags) => {
      const { watchAction } = await import('./commands/actions/watch.ts');
      present(await watchAction(runId, context), flags);
    });

  program
    .command('list')
    .description('list the runs, the youngest first')
    .option('-n, --limit <count>', 'runs at most', parseCount, 50)
    .addOption(outputOption())
    .addHelpText('after', exampleText(examples.list))
    .action(async (flags: OutputFlags & { readonly limit: number }) => {
      const { listAction } = await import('./commands/actions/list.ts');
      present(await listAction(flags.limit), flags);
    });

  program
    .command('get')
    .argument('<run>', 'run id, as `list` shows it')
    .description('show a run: its plan, how far it is, what it cost')
    .addOption(outputOption())
    .addHelpText('after', exampleText(examples.get))
    .action(async (runId: string, flags: OutputFlags) => {
      const { getAction } = await import('./commands/actions/get.ts');
      present(await getAction(runId), flags);
    });

  addScheduleCommands(
    program
      .command('schedule')
      .description('run jobs by themselves, at the times that their files say')
      .addHelpText('after', exampleText(examples.schedule)),
  );

  program
    .command('models')
    .description('list the models of the API: kind, price, lane, limits')
    .addOption(new Option('--kind <kind>', 'only models of this kind').choices(['text', 'image']))
    .addOption(outputOption())
    .addHelpText('after', exampleText(examples.models))
    .action(async (flags: OutputFlags & { readonly kind?: 'text' | 'image' }) => {
      const { modelsAction } = await import('./commands/actions/models.ts');
      present(await modelsAction(flags.kind, context), flags);
    });

  program
    .command('lanes')
    .description('show what the lanes are doing: calls that wait, the rate now and why, workers')
    .addOption(outputOption())
    .addHelpText('after', exampleText(examples.lanes))
    .action(async (flags: OutputFlags) => {
      const { lanesAction } = await import('./commands/actions/lanes.ts');
      present(await lanesAction(), flags);
    });

  program
    .command('doctor')
    .description('check key, API, Temporal, store and this machine, and say what to do about what is wrong')
    .addOption(outputOption())
    .addHelpText('after', exampleText(examples.doctor))
    .action(async (flags: OutputFlags) => {
      const { doctorAction } = await import('./commands/actions/doctor.ts');
      present(await doctorAction(), flags);
    });

  program
    .command('results')
    .argument('<run>', 'run id, as `list` shows it')
    .description('copy the results of a run that has ended to this machine; goes on where it was interrupted')
    .option('--out <folder>', 'folder that the results are copied to', 'out')
    .addOption(
      new Option('--format <format>', 'files as they are, or a JSONL of OpenAI Batch (`--out -` prints it)')
        .choices(['files', 'openai-batch'])
        .default('files'),
    )
    .addOption(outputOption())
    .addHelpText('after', exampleText(examples.results))
    .action(async (runId: string, flags: ResultsFlags) => {
      const { resultsAction } = await import('./commands/actions/results.ts');
      present(await resultsAction(runId, flags, context), flags);
    });

  program
    .command('worker')
    .description('run a worker: it makes the calls of all runs, as fast as its lanes allow')
    .action(async () => {
      const { workerAction } = await import('./commands/actions/worker.ts');
      present(await workerAction(context));
    });

  program
    .command('emulator')
    .description('run a stand-in for the Pollinations API on this machine')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('-p, --port <port>', 'port; any free one if not given', parsePort)
    .option('--journal <file>', 'file that keeps every request')
    .option('--latency <ms>', 'milliseconds until an answer', parseCount, 200)
    .addHelpText('after', exampleText(examples.emulator))
    .action(async (flags: EmulatorFlags) => {
      const { emulatorAction } = await import('./commands/actions/emulator.ts');
      present(await emulatorAction(flags, context));
    });

  program
    .command('dev')
    .description('run the local stack in the foreground: Temporal with its UI, an object store, a worker')
    .option('--anonymous', 'call the real API without a key: only models that cost nothing')
    .option('--workers <count>', 'workers to start, each a process of its own', parseCount, 1)
    .addHelpText('after', exampleText(examples.dev))
    .action(async (flags: DevFlags) => {
      const { devAction } = await import('./commands/actions/dev.ts');
      present(await devAction(flags, context));
    });

  return program;
}

function addScheduleCommands(schedule: Command): void {
  const load = () => import('./commands/actions/schedule.ts');
  const verb = (name: string, description: string): Command =>
    schedule.command(name).description(description).addOption(outputOption());
  const named = (name: string, description: string): Command =>
    verb(name, description).argument('<name>', "name of the schedule, which is its job's");

  verb('apply', 'create the schedule of a job file, or bring it up to date, and tell what changes')
    .argument('<file>', 'job file with a schedule, or - for standard input')
    .option('--dry-run', 'only tell what would change')
    .option('--allow-unpriced', 'also call models without a known price')
    .action(async (file: string, flags: ApplyFlags) => {
      present(await (await load()).applyAction(file, flags, context), flags);
    });
  verb('list', 'list the schedules').action(async (flags: OutputFlags) => {
    present(await (await load()).listSchedulesAction(), flags);
  });
  named('get', 'show a schedule: its settings, its next times, its runs').action(
    async (name: string, flags: OutputFlags) => {
      present(await (await load()).getScheduleAction(name), flags);
    },
  );
  for (const [word, isPause, description] of [
    ['pause', true, 'start nothing at its times until it is resumed'],
    ['resume', false, 'let a paused schedule go on'],
  ] as const) {
    named(word, description)
      .option('--reason <text>', 'kept with the schedule, for people')
      .action(async (name: string, flags: OutputFlags & { readonly reason?: string }) => {
        present(await (await load()).pauseAction(name, isPause, flags.reason), flags);
      });
  }
  named('trigger', 'start a run now, as if it were time').action(async (name: string, flags: OutputFlags) => {
    present(await (await load()).triggerAction(name), flags);
  });
  named('backfill', 'make the runs of past times that have none, one after the other')
    .requiredOption('--from <day>', 'first day or moment: 2026-10-01, 2026-10-01T06:00:00Z')
    .requiredOption('--to <day>', 'last day or moment, included')
    .action(async (name: string, flags: OutputFlags & { readonly from: string; readonly to: string }) => {
      present(await (await load()).backfillAction(name, flags), flags);
    });
  named('next', 'show when it runs next')
    .option('-n, --count <count>', 'times, up to 1000', parseCount, 5)
    .action(async (name: string, flags: OutputFlags & { readonly count: number }) => {
      present(await (await load()).nextAction(name, flags.count), flags);
    });
  named('delete', 'remove a schedule; its runs stay').action(async (name: string, flags: OutputFlags) => {
    present(await (await load()).deleteAction(name), flags);
  });
}

function submitOptions(command: Command): Command {
  return command
    .option('--new', 'make another run of a job that has one already')
    .option('--fresh', 'draw new seeds for the whole run, but for those that the job pins')
    .option('--first <count>', 'only the first items, as a run of their own', parseFirst)
    .option('--reuse', 'take over what earlier runs of the job have done')
    .option('--max-cost <pollen>', 'refuse what may cost more', parsePollen)
    .option('-y, --yes', 'start also what may cost more than the configured threshold')
    .option('--allow-unpriced', 'also call models without a known price')
    .option('--anonymous', 'send no key: only models that cost nothing')
    .addOption(modelOption())
    .addOption(outputOption());
}

function modelOption(): Option {
  return new Option('--model <name>', 'of an OpenAI batch file: the model to ask, whatever its lines name');
}

function outputOption(): Option {
  return new Option('-o, --output <format>', 'data on stdout').choices(['text', 'json']).default('text');
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!/^\d{1,9}$/.test(text)) {
    throw new InvalidArgumentError('Give a whole number.');
  }
  return count;
}

function parseFirst(text: string): number {
  const count = parseCount(text);
  if (count < 1) throw new InvalidArgumentError('Give a whole number from 1 on.');
  return count;
}

function parsePollen(text: string): string {
  if (!/^\d{1,12}(\.\d{1,8})?$/.test(text)) {
    throw new InvalidArgumentError('Give an amount of Pollen with at most eight decimals, such as 0.5.');
  }
  return text;
}

function parsePort(text: string): number {
  const port = parseCount(text);
  if (port > 65_535) throw new InvalidArgumentError('A port is at most 65535.');
  return port;
}

function version(): string {
  const file = new URL('../package.json', import.meta.url);
  return String((JSON.parse(readFileSync(file, 'utf8')) as { version: unknown }).version);
}

function present({ data, text, exitCode }: Outcome, { output }: OutputFlags = { output: 'text' }): void {
  if (output === 'json' && data !== undefined) terminal.data(JSON.stringify(data));
  if (output === 'text' && text !== undefined && text !== '') terminal.data(text);
  process.exitCode = exitCode;
}

function tellError(error: unknown): number {
  // Commander has told its own already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.succeeded : exitCodes.usage;
  terminal.say(errorText(error, terminal.color));
  return exitCodeOfError(error);
}

for (const stream of [process.stdout, process.stderr]) {
  // A reader that has seen enough, as `head`, is no fault.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}
try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = tellError(error);
}
// The command is over: an idle connection, or a call that nobody waits for, must not keep the process.
setTimeout(() => process.exit(), LINGER_MS).unref();
