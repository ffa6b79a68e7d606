import { describe, expect, it } from 'vitest';

import { openWords, speaksInTheOpen } from '../../src/temporal/in-the-open.ts';

const target = (address: string, more: object = {}) => ({
  address,
  namespace: 'default',
  options: { address, ...more },
});

describe('what is said to Temporal', () => {
  it.each([
    '10.0.0.5:7233',
    'temporal:7233',
    'temporal.example',
    '[2001:db8::1]:7233',
    '0.0.0.0:7233',
    'localhost.example:7233',
  ])('goes in the open to %s without TLS, and is said so', (address) => {
    expect(speaksInTheOpen(target(address))).toBe(true);
    expect(speaksInTheOpen(target(address, { tls: true }))).toBe(false);
    // A key alone switches TLS on.
    expect(speaksInTheOpen(target(address, { apiKey: 'k' }))).toBe(false);
    expect(openWords(target(address, { apiKey: 'k', tls: false })).found).toContain(
      'TEMPORAL_API_KEY among it',
    );
    expect(openWords(target(address)).found).toContain(`${address} travels unencrypted:`);
  });

  it.each(['127.0.0.1:7233', '127.8.0.1', 'localhost:7233', 'LOCALHOST:1', '[::1]:7233'])(
    'stays on this machine at %s',
    (address) => expect(speaksInTheOpen(target(address))).toBe(false),
  );
});
