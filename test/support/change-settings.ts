import type { SettingsChange } from '../../src/emulator/settings.ts';

/**
 * Changes settings of an emulator in another process.
 *
 * @throws Error with what does not fit
 */
export async function changeSettings(url: string, settings: SettingsChange): Promise<void> {
  const answer = await fetch(`${url}/__emulator/settings`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(settings),
  });
  if (!answer.ok) throw new Error(await answer.text());
  await answer.arrayBuffer();
}
