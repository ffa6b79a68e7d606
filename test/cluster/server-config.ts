import { stringify } from 'yaml';

import type { Ports } from '../../src/local/ports.ts';
import type { Postgres } from './postgres.ts';

/** Services of a cluster, each a process of its own; `worker` is the server's own, which schedules need. */
export const services = ['history', 'matching', 'frontend', 'worker'] as const;

export type Service = (typeof services)[number];

/** Ports of a cluster: of each service, and of the gossip between them. */
export const portNames = services.flatMap((service) => [service, `${service}Gossip`] as const);

export interface ServerPlace {
  readonly ports: Ports<(typeof portNames)[number]>;
  readonly postgres: Postgres;
  /** File of the dynamic configuration. */
  readonly dynamicConfig: string;
}

/** The configuration of the server, one for all services, in the least that it takes; all of it on 127.0.0.1. */
export function serverConfig({ ports, postgres, dynamicConfig }: ServerPlace): string {
  const { port, user, password } = postgres;
  const store = (databaseName: string, maxConns: number) => ({
    sql: {
      pluginName: 'postgres12',
      databaseName,
      connectAddr: `127.0.0.1:${port}`,
      connectProtocol: 'tcp',
      user,
      password,
      maxConns,
      maxIdleConns: maxConns,
    },
  });
  const frontend = `127.0.0.1:${ports.frontend}`;
  return stringify({
    log: { stdout: true, level: 'warn' },
    persistence: {
      defaultStore: 'default',
      visibilityStore: 'visibility',
      numHistoryShards: 64,
      // Four services times these stay below the hundred connections that PostgreSQL takes.
      datastores: { default: store('temporal', 15), visibility: store('temporal_visibility', 5) },
    },
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: '127.0.0.1' } },
    ...servicesConfig(services, ports),
    publicClient: { hostPort: frontend },
    dynamicConfigClient: { filepath: dynamicConfig, pollInterval: '60s' },
  });
}

/** Where the services of a cluster of one listen, and whom they take for its frontend. */
export function servicesConfig(names: readonly string[], ports: Ports<string>): object {
  const listening = names.map((name) => {
    const [grpcPort, membershipPort] = [ports[name], ports[`${name}Gossip`]];
    return [name, { rpc: { grpcPort, membershipPort, bindOnLocalHost: true } }];
  });
  return {
    services: Object.fromEntries(listening),
    clusterMetadata: {
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: {
        active: {
          enabled: true,
          initialFailoverVersion: 1,
          rpcName: 'frontend',
          rpcAddress: `127.0.0.1:${ports['frontend']}`,
        },
      },
    },
  };
}
