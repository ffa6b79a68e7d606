import { expect, it } from 'vitest';

import { accountAccess } from '../../../src/commands/bill/account-access.ts';
import type { Session } from '../../../src/commands/session/session.ts';
import { emulatorKeys } from '../../../src/emulator/index.ts';
import { readConfig } from '../../../src/config.ts';

const sessionOf = (changes: Partial<Session>): Session => ({
  ...({ api: { base: 'http://127.0.0.1:4000', dialect: 'gen', emulated: true } } as Session),
  config: readConfig({ TEMPORAL_UI_URL: 'https://ui.example' }),
  uiUrl: 'https://ui.example',
  ...changes,
});

it('of a local stack is asked with the key of its emulator, and of other servers with a key of your own alone', () => {
  expect(accountAccess(sessionOf({ isLocal: true })).key.reveal()).toBe(emulatorKeys.secret);
  expect(() => accountAccess(sessionOf({ isLocal: false }))).toThrow(
    expect.objectContaining({ code: 'config-invalid' }),
  );
  const config = readConfig({ POLLINATIONS_API_KEY: 'sk_direct0000000000' });
  expect(accountAccess(sessionOf({ isLocal: false, config })).key.reveal()).toBe('sk_direct0000000000');
});
