import type { RunLocation } from '../../storage/keys.ts';
import { exitCodes } from '../exit-codes.ts';
import { openLog, type Followed } from '../logs/logs.ts';
import type { LogEvent } from '../logs/log-event.ts';
import { logLine } from '../render/log-text.ts';
import { inertData } from '../render/inert-data.ts';
import { brokenText } from '../render/run-text.ts';
import { plain, type Terminal } from '../render/terminal.ts';
import { keepTellingMissing } from '../session/tell-missing.ts';
import { configure, withStored } from './configure.ts';
import { done, type CommandContext, type Outcome, type OutputFlags } from './outcome.ts';
import { toStdout } from './to-stdout.ts';

export interface LogsFlags extends OutputFlags {
  readonly follow?: boolean;
  readonly tail?: number;
  readonly since?: Date;
  readonly item?: string;
  readonly failed?: boolean;
}

/** `logs RUN` */
export function logsAction(
  text: string,
  { follow, tail, since, item, failed, output }: LogsFlags,
  { terminal, interrupts }: CommandContext,
): Promise<Outcome> {
  return withStored(configure(), text, async (reading, run) => {
    const print = (event: LogEvent): Promise<void> =>
      toStdout(`${output === 'json' ? inertData(JSON.stringify(event)) : logLine(run.runId, event)}\n`);
    // From the first line on, Ctrl-C only leaves a run that is followed.
    const left = follow === true ? interrupts() : undefined;
    const log = await openLog(reading, run, {
      ...(tail === undefined ? {} : { tail }),
      ...(since === undefined ? {} : { since: since.toISOString() }),
      ...(item === undefined ? {} : { item }),
      ...(failed === true ? { failed } : {}),
    });
    for await (const event of log.past()) {
      if (left?.aborted === true) break;
      await print(event);
    }
    if (left === undefined) return done;
    const over = new AbortController();
    void keepTellingMissing(reading, [run], terminal, over.signal);
    let silence: string | undefined;
    const events = log.follow(left, (reason) => {
      if (reason !== undefined && reason !== silence)
        terminal.say(terminal.color.magenta(`Nothing can be seen now: ${plain(reason)}`));
      silence = reason;
    });
    try {
      let next = await events.next();
      for (; next.done !== true; next = await events.next()) await print(next.value);
      return endOf(next.value, run, terminal);
    } finally {
      over.abort();
    }
  });
}

function endOf(watched: Followed, run: RunLocation, { conclude }: Pick<Terminal, 'conclude'>): Outcome {
  switch (watched.kind) {
    case 'ended':
      return done;
    case 'broken':
      conclude(brokenText(run, watched));
      return { exitCode: exitCodes.internal };
    case 'left':
      conclude(`The run goes on. Come back with \`pollen-batch logs ${run.runId} -f\`.`);
      return { exitCode: exitCodes.interrupted };
  }
}
