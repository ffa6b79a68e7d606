import { exitCodes } from '../exit-codes.ts';
import { openLog } from '../logs.ts';
import type { LogEvent } from '../logs/log-event.ts';
import { logLine } from '../render/log-text.ts';
import { brokenText } from '../render/run-text.ts';
import { plain } from '../render/terminal.ts';
import { configure, withRun } from './configure.ts';
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
  return withRun(configure(), text, async (session, run) => {
    const print = (event: LogEvent): Promise<void> =>
      toStdout(`${output === 'json' ? JSON.stringify(event) : logLine(run.runId, event)}\n`);
    const log = await openLog(session, run, {
      ...(tail === undefined ? {} : { tail }),
      ...(since === undefined ? {} : { since: since.toISOString() }),
      ...(item === undefined ? {} : { item }),
      ...(failed === true ? { failed } : {}),
    });
    for await (const event of log.past()) await print(event);
    if (follow !== true) return done;
    const signal = interrupts();
    let silence = '';
    const events = log.follow(signal, (reason) => {
      if (reason !== silence)
        terminal.say(terminal.color.magenta(`Nothing can be seen now: ${plain(reason)}`));
      silence = reason;
    });
    for (;;) {
      const next = await events.next();
      if (next.done !== true) {
        await print(next.value);
        continue;
      }
      switch (next.value.kind) {
        case 'ended':
          return done;
        case 'broken':
          terminal.say(brokenText(run, next.value));
          return { exitCode: exitCodes.internal };
        case 'left':
          terminal.say(`The run goes on. Come back with \`pollen-batch logs ${run.runId} -f\`.`);
          return { exitCode: exitCodes.interrupted };
      }
    }
  });
}
