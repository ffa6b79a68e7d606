import type { Config } from '../../config.ts';
import { readAddresses } from '../../local/address-file.ts';
import { copyResults } from '../results/copy-results.ts';
import { pageCode } from '../../gallery/page-code.ts';
import { openExport } from '../results/export-lines.ts';
import { readEnding, type Ending } from '../runs/ending.ts';
import { whenAborted } from '../interrupts.ts';
import { brokenStack, startLocal, STOPPING } from '../session/local.ts';
import type { ReadJob } from '../job/job-reading.ts';
import { copiedText } from '../render/copied-text.ts';
import { brokenText, leftPausedText } from '../render/run-text.ts';
import { tellSubmitted } from '../render/submitted.ts';
import { plain, type Terminal } from '../render/terminal.ts';
import { usesServers } from '../session/servers.ts';
import { openSession } from '../session/session.ts';
import { submit, type SubmitOptions, type Submitted } from './submit.ts';
import { watch, type Watched } from '../watch/watch.ts';

export interface RunOptions extends SubmitOptions {
  /** Folder that the results are copied to. */
  readonly out: string;
  /** Whether a paused run is waited for until somebody lets it go on. */
  readonly waitPaused: boolean;
}

/** What `run` did. */
export interface RunResult {
  readonly watched: Watched;
  /** Absent when the person left before. */
  readonly submitted?: Submitted;
  /** Once the run has ended. */
  readonly ending?: Ending;
  /** Folder of the copied results, once the run has ended. */
  readonly folder?: string;
}

const LOOK_MS = 1_000;
const COME_BACK = 'The same command comes back to it.';

const left: RunResult = { watched: { kind: 'left' } };

/**
 * Runs a job from the file to the results on this machine: with the configured servers, with the local stack that runs
 * already, or with one of its own that ends with it.
 */
export async function run(
  config: Config,
  reading: ReadJob,
  options: RunOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<RunResult> {
  const perform = (until: AbortSignal, isOwnStack = false): Promise<RunResult> =>
    runIn(config, reading, options, terminal, until, isOwnStack);
  if (usesServers(config)) {
    const result = await perform(signal);
    const { kind } = result.watched;
    if (kind === 'left') terminal.conclude(`The run goes on. ${COME_BACK}`);
    if (kind === 'paused') terminal.conclude(COME_BACK);
    return result;
  }
  while ((await readAddresses(config.dataDir)) !== undefined) {
    terminal.say(terminal.color.dim('Using the local stack that runs already.'));
    const result = await whileStackRuns(config.dataDir, signal, perform);
    if (result.watched.kind === 'paused') terminal.conclude(COME_BACK);
    if (result.watched.kind !== 'left') return result;
    if (signal.aborted) {
      terminal.conclude(`The run goes on as long as its stack. ${COME_BACK}`);
      return result;
    }
    terminal.say('That stack has ended.');
  }
  return runInOwnStack(config, terminal, signal, () => perform(signal, true));
}

async function runInOwnStack(
  config: Config,
  terminal: Terminal,
  signal: AbortSignal,
  perform: () => Promise<RunResult>,
): Promise<RunResult> {
  terminal.say('Starting a local stack: Temporal, an object store, a worker …');
  const stack = await startLocal(config, terminal, signal);
  if (stack === undefined) {
    terminal.conclude('Interrupted before anything was submitted.');
    return left;
  }
  try {
    const broken = stack.broken.then((program) => Promise.reject(brokenStack(program, stack.logDir)));
    const result = await Promise.race([perform(), broken]);
    if (result.watched.kind === 'left') terminal.say(STOPPING);
    if (result.watched.kind === 'paused')
      terminal.conclude('Its stack ends now. Let it go on beside `pollen-batch dev`, which starts it again.');
    return result;
  } finally {
    await stack.stop();
    if (signal.aborted)
      terminal.conclude('Stopped. The same command goes on where it was, and pays for nothing twice.');
  }
}

async function runIn(
  config: Config,
  reading: ReadJob,
  { out, waitPaused, ...options }: RunOptions,
  terminal: Terminal,
  signal: AbortSignal,
  isOwnStack: boolean,
): Promise<RunResult> {
  const opening = openSession(config);
  const session = await Promise.race([opening, whenAborted(signal)]);
  if (session === undefined) {
    void opening.then((late) => late.close()).catch(() => {});
    return left;
  }
  try {
    const submitted = await submit(session, reading, options);
    tellSubmitted(session, submitted, terminal);
    const watching = { since: submitted.plan.createdAt, waitPaused, isStarting: isOwnStack, signal };
    const watched: Watched =
      submitted.marker === undefined
        ? await watch(session, submitted.run, watching, terminal)
        : { kind: 'ended', marker: submitted.marker };
    if (watched.kind === 'broken') terminal.conclude(brokenText(submitted.run, watched));
    if (watched.kind === 'paused') terminal.conclude(leftPausedText(submitted.run, watched.sight));
    if (watched.kind !== 'ended') return { submitted, watched };
    const exported = await openExport(session.store, submitted.run, watched.marker);
    const { folder, galleryFault } = await copyResults(session.store, exported, out, () =>
      pageCode(config.cacheDir),
    );
    const ending = await readEnding(session.store, submitted.run, watched.marker, submitted.plan);
    if (galleryFault !== undefined) terminal.say(`The page could not be made: ${plain(galleryFault)}`);
    terminal.conclude(copiedText(session, ending, folder, isOwnStack));
    return { submitted, watched, ending, folder };
  } finally {
    await session.close();
  }
}

// Another command's stack may end before this command's run does.
async function whileStackRuns(
  dataDir: string,
  signal: AbortSignal,
  perform: (until: AbortSignal) => Promise<RunResult>,
): Promise<RunResult> {
  const gone = new AbortController();
  const timer = setInterval(() => {
    void readAddresses(dataDir).then((addresses) => addresses ?? gone.abort());
  }, LOOK_MS);
  try {
    return await perform(AbortSignal.any([signal, gone.signal]));
  } finally {
    clearInterval(timer);
  }
}
