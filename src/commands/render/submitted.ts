import type { SettingChange } from '../../plan/job-settings.ts';
import type { Session } from '../session/session.ts';
import type { Submitted } from '../submit/submit.ts';
import { uiPage } from './ui-page.ts';
import { planHead } from './run-text.ts';
import { plain, type Terminal } from './terminal.ts';

/** Says what became of a submitted job, and where to look at it. */
export function tellSubmitted(session: Session, submitted: Submitted, terminal: Terminal): void {
  const { plan, status, run, keptSettings } = submitted;
  for (const sentence of session.api.summary) terminal.say(terminal.color.dim(sentence));
  for (const warning of keyWarnings(session)) terminal.warn(warning);
  terminal.say(planHead(plan));
  if (status === 'attached') terminal.say('This run is going on already; nothing was started twice.');
  if (status === 'ended') {
    terminal.say(
      'This run has ended already, so nothing was called or charged again. Make another one with --new.',
    );
  }
  if (keptSettings.length > 0) terminal.warn(keptSettingsText(keptSettings));
  const page = uiPage(session, run.runId);
  if (page !== undefined && status !== 'ended')
    terminal.say(`Temporal UI: ${terminal.color.underline(page)}`);
}

/** Says which settings a run that is there already has otherwise than its job has them now. */
export function keptSettingsText(changes: readonly SettingChange[]): string {
  const told = changes.map(({ name, from, to }) => `${name} ${shown(from)}, not ${shown(to)}`);
  return `This run was submitted before with other settings, and keeps them: ${told.join('; ')}. Make another run with --new.`;
}

function shown(value: string): string {
  return value === '' ? 'not set' : plain(value, 60);
}

function keyWarnings({ api, config, isLocal }: Session): readonly string[] {
  return api.emulated && config.api.key !== undefined && isLocal
    ? ['the local stack was started without a key, so the emulator answers; restart the stack to use yours.']
    : [];
}
