import { expect, it } from 'vitest';

import { temporalChecks } from '../../src/doctor/temporal-checks.ts';

it('warns of a Temporal on another machine that is spoken to without TLS', () => {
  const facts = {
    kind: 'reached',
    address: '10.0.0.5:7233',
    version: '1.32.0',
    namespace: 'default',
    told: { fact: { retentionDays: 30, endsPolls: true } },
    queues: [],
    isLocal: false,
  } as const;
  const inTheOpen = { found: 'it travels unencrypted', remedy: 'Set TEMPORAL_TLS=true.' };
  const [open] = temporalChecks({ ...facts, inTheOpen }, []);
  expect(open).toMatchObject({
    name: 'server',
    state: 'warning',
    found: expect.stringContaining('unencrypted') as string,
  });
  expect(temporalChecks(facts, [])[0]).toMatchObject({ name: 'server', state: 'ok' });
});
