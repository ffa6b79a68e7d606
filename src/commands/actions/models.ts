import { exitCodes } from '../exit-codes.ts';
import { models } from '../plan/models.ts';
import { modelsData, modelsText } from '../render/models-text.ts';
import { configure } from './configure.ts';
import type { CommandContext, Outcome } from './outcome.ts';

/** `models [--kind KIND]` */
export async function modelsAction(
  kind: 'text' | 'image' | undefined,
  { terminal }: CommandContext,
): Promise<Outcome> {
  const found = await models(await configure(), kind);
  for (const sentence of found.api.summary) terminal.say(sentence);
  if (found.api.emulated) terminal.say('It is the emulator: these prices are not charged.');
  return { data: modelsData(found.models), text: modelsText(found.models), exitCode: exitCodes.succeeded };
}
