import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import { checkMetricsPorts, metricsAddresses } from '../../src/local/worker-metrics.ts';

describe('workers of one machine', () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  it('serve their metrics at ports one after the other', () => {
    expect(metricsAddresses('127.0.0.1:9464', 3)).toEqual([
      '127.0.0.1:9464',
      '127.0.0.1:9465',
      '127.0.0.1:9466',
    ]);
    expect(metricsAddresses('[::1]:80', 1)).toEqual(['[::1]:80']);
  });

  it('are not started when one of the ports is taken, or does not exist', async () => {
    const listening = createServer();
    server = listening;
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    const { port: taken } = listening.address() as AddressInfo;
    await expect(checkMetricsPorts([`127.0.0.1:${taken}`])).rejects.toMatchObject({
      code: 'config-invalid',
      message: `metrics of the worker cannot be served at 127.0.0.1:${taken}: the port is taken`,
    });
    await expect(checkMetricsPorts(metricsAddresses('127.0.0.1:65536', 2))).rejects.toMatchObject({
      message: 'metrics of worker 1 cannot be served at 127.0.0.1:65536: there is no such port',
    });
    await expect(checkMetricsPorts([])).resolves.toBeUndefined();
  });
});
