import { inspect } from 'node:util';

import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';

import { createNoticeSecrets } from '../../src/notices/secret.ts';
import { signedHeaders } from '../../src/notices/sign.ts';

const body = '{"type":"run.completed"}';
const whsec = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwQ5xJ3sNvGmA=';
const newer = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

describe('a signed notice', () => {
  it('is taken by an independent reader', () => {
    const reader = new Webhook(whsec);
    const headers = signedHeaders(createNoticeSecrets(whsec), 'notice_1', Date.now(), body);
    expect(reader.verify(body, headers)).toEqual({ type: 'run.completed' });
    expect(() => reader.verify(`${body} `, headers)).toThrow('No matching signature');
  });

  it('is taken with the old and the new secret while one is replaced', () => {
    const headers = signedHeaders(createNoticeSecrets(`${whsec}\n${newer}\n`), 'notice_1', Date.now(), body);
    for (const reader of [new Webhook(whsec), new Webhook(newer)]) {
      expect(reader.verify(body, headers)).toEqual({ type: 'run.completed' });
    }
  });

  it('is refused when it is sent again later than five minutes', () => {
    const headers = signedHeaders(createNoticeSecrets(whsec), 'notice_1', Date.now() - 301_000, body);
    expect(() => new Webhook(whsec).verify(body, headers)).toThrow('too old');
  });
});

describe('a secret of notices', () => {
  it('cannot be printed by accident', () => {
    const [secret] = createNoticeSecrets(whsec);
    const printed = `${JSON.stringify({ secret })} ${String(secret)} ${inspect(secret)} ${inspect({ secret })}`;
    expect(printed).not.toContain('MfKQ');
    expect(printed.match(/\[redacted\]/g)).toHaveLength(4);
  });

  it.each([
    ['has no whsec_', 'a-text-of-four-and-twenty-letters', 'it does not begin with whsec_'],
    ['is too short once it is decoded', 'whsec_c2hvcnQ=', 'it has less than 24 bytes'],
    ['is too long', `whsec_${Buffer.alloc(513).toString('base64')}`, 'it has more than 512 bytes'],
    ['is no base64', 'whsec_%%%%', 'no base64 stands after its whsec_'],
  ])('that %s is refused without being repeated', (_what, given, message) => {
    const refused = (): unknown => createNoticeSecrets(given);
    expect(refused).toThrow(message);
    expect(refused).not.toThrow(given);
  });
});
