import { asyncLocalStorage } from '@temporalio/activity';
import { ApplicationFailure, defaultFailureConverter, defaultPayloadConverter } from '@temporalio/common';
import { describe, expect, it } from 'vitest';

import type { ActivityDependencies } from '../../src/activities/dependencies.ts';
import { withoutSecrets } from '../../src/activities/guard.ts';
import { createCallActivities, createControlActivities } from '../../src/activities/index.ts';
import { createScrub, createSecret } from '../../src/pollinations/secret.ts';
import { createScan } from '../support/secret-scan.ts';

// Not as keys look: only knowing it helps.
const key = 'odd"key\\with/specials+and=signs';
const base64 = Buffer.from(`x${key}`).toString('base64');
const secret = createSecret(key);

/** What Temporal would keep of what an activity throws. */
async function keptOf(thrown: unknown): Promise<Buffer> {
  const activities = { act: (_input: object): Promise<void> => Promise.reject(thrown) };
  const { act } = withoutSecrets(activities, (text) => secret.scrub(text));
  const error = await act({}).catch((reason: unknown) => reason);
  const failure = defaultFailureConverter.errorToFailure(error, defaultPayloadConverter);
  const payloads = failure.applicationFailureInfo?.details?.payloads ?? [];
  return Buffer.concat([
    Buffer.from(JSON.stringify(failure)),
    ...payloads.map(({ data }) => Buffer.from(data ?? [])),
  ]);
}

const cases: readonly (readonly [string, () => unknown])[] = [
  ['a message and a stack', () => new TypeError(`fetch with Bearer ${key} failed`)],
  [
    'a cause of a cause',
    () => new Error('a', { cause: new Error('b', { cause: new Error(`c ${base64}`) }) }),
  ],
  ['a cause that is text', () => new Error('a', { cause: `c ${encodeURIComponent(key)}` })],
  [
    'details of a failure',
    () => ApplicationFailure.create({ message: 'a', details: [{ deep: [{ key }] }, base64] }),
  ],
  ["an error of the platform's", () => new DOMException(`aborted ${key}`, 'AbortError')],
  ['a text', () => `just ${key}`],
];

describe('what an activity throws', () => {
  it.each(cases)('is kept by Temporal without the key in %s', async (_where, make) => {
    const scan = createScan([{ secret: key, name: 'the key' }]);
    const kept = await keptOf(make());
    expect(scan(kept)).toEqual([]);
    expect(kept.toString()).toContain('[redacted]');
  });

  it('is kept without the key where an error is among its own causes', async () => {
    const [first, second] = [new Error(`one ${key}`), new Error(`two ${key}`)];
    first.cause = second;
    second.cause = first;
    const kept = await keptOf(first);
    expect(kept.toString()).toMatch(/one \[redacted\][^]*two \[redacted\]/);
    expect(createScan([{ secret: key, name: 'the key' }])(kept)).toEqual([]);
  });

  it.each([
    ['steers', createControlActivities, 'checkCredit'],
    ['calls', createCallActivities, 'generateText'],
  ] as const)(
    'is kept without any secret that the worker knows, be it what %s',
    async (_what, create, name) => {
      const password = 'canary-of-the-proxy';
      const context = {
        get info(): never {
          throw new Error(`proxy somebody:${password} refused`);
        },
      };
      const dependencies = {
        scrub: createScrub([password]),
        governors: {},
      } as unknown as ActivityDependencies;
      const activities = create(dependencies) as unknown as Record<string, (input: object) => Promise<void>>;
      const act = (): Promise<void> | undefined => activities[name]?.({});
      await expect(asyncLocalStorage.run(context as never, act)).rejects.toThrow(
        'proxy somebody:[redacted] refused',
      );
    },
  );

  it('stays as it is without a secret in it: type, details and delay', async () => {
    const made = ApplicationFailure.create({
      type: 'rate-limited',
      message: 'wait',
      details: [{ status: 'failed' }],
      nextRetryDelay: 2_000,
    });
    const { act } = withoutSecrets({ act: () => Promise.reject(made) }, (text) => secret.scrub(text));
    await expect(act()).rejects.toBe(made);
    expect(made).toMatchObject({
      type: 'rate-limited',
      details: [{ status: 'failed' }],
      nextRetryDelay: 2_000,
    });
  });
});
