import { expect, it } from 'vitest';

import { emulator } from '../../src/commands/emulator.ts';
import { createTerminal } from '../../src/commands/render/terminal.ts';
import { emulatorKeys } from '../../src/emulator/index.ts';
import { createTestScreen } from '../support/screen.ts';

it('tells the key of the emulator, which is nobody’s secret, and where it is', async () => {
  const screen = await createTestScreen(100, 6);
  const terminal = createTerminal({ out: screen.stream, talk: screen.stream }, {});
  await emulator({ latencyMs: 0 }, terminal, AbortSignal.abort());
  expect(await screen.visible()).toEqual([
    expect.stringMatching(/^The API is emulated at http:\/\/127\.0\.0\.1:\d+ /),
    `Key: ${emulatorKeys.secret}. Ctrl-C ends it.`,
  ]);
});
