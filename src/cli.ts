import { readFileSync } from 'node:fs';

import { Command, CommanderError, Option } from 'commander';

import { addBillCommands } from './cli/bill-commands.ts';
import { addCompletionCommand } from './cli/completion-command.ts';
import {
  firstOption,
  modelOption,
  outputOption,
  parseCount,
  parseExpiry,
  parsePort,
  problemFormatOption,
  submitOptions,
  waitPausedOption,
} from './cli/options.ts';
import { addRunCommands } from './cli/run-commands.ts';
import { addScheduleCommands } from './cli/schedule-commands.ts';
import { addSteerCommands } from './cli/steer-commands.ts';
import { addTellCommands } from './cli/tell-commands.ts';
import type { CommandContext, Outcome, OutputFlags } from './commands/actions/outcome.ts';
import type { DevFlags } from './commands/actions/dev.ts';
import type { EmulatorFlags } from './commands/actions/emulator.ts';
import type { InitFlags } from './commands/actions/init.ts';
import type { PlanFlags } from './commands/actions/plan.ts';
import type { ResultsFlags } from './commands/actions/results.ts';
import { inertData } from './commands/render/inert-data.ts';
import { resultFormats } from './commands/results/result-formats.ts';
import type { RunFlags } from './commands/actions/run.ts';
import type { SchemaFlags } from './commands/actions/schema.ts';
import type { SubmitFlags } from './commands/actions/submit.ts';
import type { VerifyFlags } from './commands/actions/verify.ts';
import type { WatchFlags } from './commands/actions/watch.ts';
import type { ProblemFormat } from './commands/actions/validate.ts';
import { exitCodeOfError, exitCodes } from './commands/exit-codes.ts';
import { exampleText, examples, mainHelp } from './cli/help.ts';
import { createInterrupts } from './commands/interrupts.ts';
import { errorText } from './commands/render/error-text.ts';
import { createTerminal, quieted } from './commands/render/terminal.ts';
import { learnSecrets, scrubKnown } from './settings/known-secrets.ts';
import { secretValues } from './settings/secret-settings.ts';

const LINGER_MS = 2_000;

const terminal = createTerminal();
let isQuiet = false;
const context: CommandContext = {
  get terminal() {
    return isQuiet ? quieted(terminal) : terminal;
  },
  interrupts: createInterrupts(),
};

// Only declarations: a command's code is imported when it is called, so that help and errors come at once.
function createProgram(): Command {
  const program = new Command('pollen-batch')
    .description(
      'Batch text and image generation on Pollinations: a YAML job in, results and an exact bill in Pollen out.',
    )
    .version(version())
    .option('-q, --quiet', 'say nothing but how it ends and what is wrong; data as ever')
    .configureHelp({ showGlobalOptions: true })
    .hook('preAction', (command) => {
      isQuiet = command.opts<{ quiet?: boolean }>().quiet === true;
    })
    .showHelpAfterError('(add --help for the options)')
    .addHelpText('after', mainHelp)
    // What was typed is said again where it is wrong, and may come from anywhere.
    .configureOutput({ outputError: (text, write) => write(inertData(text)) })
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
    .addOption(problemFormatOption())
    .addOption(outputOption())
    .addHelpText('after', exampleText(examples.validate))
    .action(async (files: string[], flags: OutputFlags & { readonly format: ProblemFormat }) => {
      const { validateAction } = await import('./commands/actions/validate.ts');
      present(await validateAction(files, flags.format), flags);
    });

  program
    .command('schema')
    .description('print the JSON Schema of job files, for editors')
    .addOption(new Option('--notice', 'print that of notices, for their receivers').conflicts('report'))
    .option('--report', 'print that of report.json, for programs that read it')
    .addHelpText('after', exampleText(examples.schema))
    .action(async (flags: SchemaFlags) => {
      const { schemaAction } = await import('./commands/actions/schema.ts');
      present(schemaAction(flags));
    });

  program
    .command('plan')
    .argument('<file>', 'job file, or - for standard input')
    .description('show what a job would call, cost and change; nothing is started or written')
    .option('--show <count>', 'requests to show in full', parseCount, 1)
    .option(
      '--fresh',
      'with new seeds for the whole run, but for those that the job pins; a job that has run takes --new too',
    )
    .addOption(firstOption())
    .option('--reuse', 'take over what earlier runs of the job have done')
    .option('--allow-unpriced', 'also plan models without a known price')
    .option('--anonymous', 'send no key: only models that cost nothing')
    .addOption(modelOption())
    .addOption(problemFormatOption())
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
    .argument('<run>', 'run id, its beginning, or @latest')
    .description('show the progress of a run until it ends; Ctrl-C leaves the run going')
    .addOption(waitPausedOption())
    .addOption(outputOption())
    .addHelpText('after', exampleText(examples.watch))
    .action(async (runId: string, flags: WatchFlags) => {
      const { watchAction } = await import('./commands/actions/watch.ts');
      present(await watchAction(runId, flags, context), flags);
    });

  addRunCommands(program, context, present);
  addTellCommands(program, context, present);
  addSteerCommands(program, context, present);
  addBillCommands(program, context, present);

  addScheduleCommands(
    program
      .command('schedule')
      .description('run jobs by themselves, at the times that their files say')
      .addHelpText('after', exampleText(examples.schedule)),
    context,
    present,
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
    .description('show what the lanes are doing: the rate now and why, workers, which runs wait')
    .addOption(outputOption())
    .addHelpText('after', exampleText(examples.lanes))
    .action(async (flags: OutputFlags) => {
      const { lanesAction } = await import('./commands/actions/lanes.ts');
      present(await lanesAction(context), flags);
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
    .argument('<run>', 'run id, its beginning, or @latest')
    .description(
      'copy results of an ended run, as files, a table or a dataset; goes on where it was interrupted',
    )
    .option('--out <path>', 'folder that the results are written to, or the one file of a --format', 'out')
    .addOption(
      new Option(
        '--format <format>',
        'files: results.jsonl, texts, images, report, bill, gallery; or one of them (`--out -` prints it)',
      )
        .choices(['files', 'gallery', ...resultFormats])
        .default('files'),
    )
    .option(
      '--select <which>',
      'succeeded, failed, cancelled, expired or id=…; given again, any of them',
      (word: string, earlier: readonly string[] | undefined) => [...(earlier ?? []), word],
    )
    .option('--with-artifacts', 'copy texts and images too, beside the one file')
    .addOption(
      new Option(
        '--links <kind>',
        'of a gallery: relative leads to the copies, presigned to the bucket for whoever has the page',
      ).choices(['relative', 'presigned']),
    )
    .option(
      '--expires <duration>',
      'until when presigned links work; 24h when left out, 7d at most',
      parseExpiry,
    )
    .addOption(
      new Option(
        '--dataset',
        "a folder that pandas and Hugging Face's datasets load: Parquet, images, card",
      ).conflicts(['format', 'withArtifacts']),
    )
    .addOption(
      new Option('--to <url>', 'copy the run as it is to s3://bucket/prefix of the same server').conflicts([
        'out',
        'format',
        'select',
        'withArtifacts',
        'dataset',
      ]),
    )
    .addOption(outputOption())
    .addHelpText('after', exampleText(examples.results))
    .action(async (runId: string, flags: ResultsFlags) => {
      const { resultsAction } = await import('./commands/actions/results.ts');
      present(await resultsAction(runId, flags, context), flags);
    });

  program
    .command('verify')
    .argument('<run>', 'run id, its beginning, or @latest')
    .description('read all that a run has left, and say what does not agree: bytes, sums, bill, report')
    .option('--meter', 'compare the bill with billed calls and balance of the account, too')
    .addOption(outputOption())
    .addHelpText('after', exampleText(examples.verify))
    .action(async (runId: string, flags: VerifyFlags) => {
      const { verifyAction } = await import('./commands/actions/verify.ts');
      present(await verifyAction(runId, flags, context), flags);
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
    .description('run the local stack in the foreground: Temporal with its UI, an object store, workers')
    .option('--anonymous', 'call the real API without a key: only models that cost nothing')
    .option('--workers <count>', 'workers to start, each a process of its own', parseCount, 1)
    .addHelpText('after', exampleText(examples.dev))
    .action(async (flags: DevFlags) => {
      const { devAction } = await import('./commands/actions/dev.ts');
      present(await devAction(flags, context));
    });

  addCompletionCommand(program, present);
  return program;
}

function version(): string {
  const file = new URL('../package.json', import.meta.url);
  return String((JSON.parse(readFileSync(file, 'utf8')) as { version: unknown }).version);
}

function present({ data, text, exitCode }: Outcome, { output }: OutputFlags = { output: 'text' }): void {
  if (output === 'json' && data !== undefined) terminal.data(inertData(JSON.stringify(data)));
  if (output === 'text' && text !== undefined && text !== '') terminal.data(text);
  process.exitCode = exitCode;
}

function tellError(error: unknown): number {
  // Commander has told its own already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.succeeded : exitCodes.usage;
  // Those of `.env` and of files are known once the command has read them.
  learnSecrets(secretValues(process.env));
  terminal.say(errorText(error, terminal.color, scrubKnown));
  return exitCodeOfError(error);
}

for (const stream of [process.stdout, process.stderr]) {
  // A reader that has seen enough, as `head`, is no fault.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}
// A fault that nobody waited for: told as any other, and not as the platform would, with all that the error holds.
process.on('uncaughtException', (error) => {
  process.exitCode = tellError(error);
  process.exit();
});
try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = tellError(error);
}
// The command is over: an idle connection, or a call that nobody waits for, must not keep the process.
setTimeout(() => process.exit(), LINGER_MS).unref();
