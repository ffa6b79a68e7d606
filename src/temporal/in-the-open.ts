import { isLoopback } from '../proxy/proxy.ts';
import { knockTls, type TemporalTarget } from './connect-client.ts';

/** Whether what is said to a server can be read on its way: it leaves this machine without TLS. */
export function speaksInTheOpen(target: TemporalTarget): boolean {
  if (knockTls(target) !== undefined) return false;
  const { hostname } = new URL(`tcp://${target.address}`);
  return !isLoopback(hostname);
}

/** What goes in the open, and what to do about it. */
export function openWords({ address, options }: TemporalTarget): {
  readonly found: string;
  readonly remedy: string;
} {
  const key = options.apiKey == null ? '' : ', TEMPORAL_API_KEY among it';
  return {
    found: `what is said to ${address} travels unencrypted${key}: whoever is on the way can read it and steer runs`,
    remedy:
      'Set TEMPORAL_TLS=true where the server speaks TLS; without, keep the way to it in a private network.',
  };
}
