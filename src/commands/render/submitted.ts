import { runWorkflowId } from '../../workflows/ids.ts';
import type { Session } from '../session.ts';
import type { Submitted } from '../submit.ts';
import { planHead } from './run-text.ts';
import type { Terminal } from './terminal.ts';

/** Says what became of a submitted job, and where to look at it. */
export function tellSubmitted(session: Session, submitted: Submitted, terminal: Terminal): void {
  const { plan, status, run } = submitted;
  for (const sentence of session.api.summary) terminal.say(terminal.color.dim(sentence));
  for (const warning of keyWarnings(session)) terminal.say(terminal.color.yellow(`Warning: ${warning}`));
  terminal.say(planHead(plan));
  if (status === 'attached') terminal.say('This run is going on already; nothing was started twice.');
  if (status === 'ended') {
    terminal.say(
      'This run has ended already, so nothing was called or charged again. Make another one with --new.',
    );
  }
  if (session.uiUrl !== undefined && status !== 'ended') {
    const { namespace } = session.temporal;
    const page = `${session.uiUrl}/namespaces/${namespace}/workflows/${encodeURIComponent(runWorkflowId(run.runId))}`;
    terminal.say(`Temporal UI: ${terminal.color.cyan(page)}`);
  }
}

function keyWarnings({ api, config, uiUrl }: Session): readonly string[] {
  return api.emulated && config.api.key !== undefined && uiUrl !== undefined
    ? ['the local stack was started without a key, so the emulator answers; restart the stack to use yours.']
    : [];
}
