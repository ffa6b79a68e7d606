import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { choosePorts } from './ports.ts';

/** How to start a store's program on a folder. */
export interface StoreStart {
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly port: number;
  readonly consolePort?: number;
  /** Page that names the disk servers which have reported; without one the store needs no such wait. */
  readonly topologyUrl?: string;
  /** Page that lists the folders of all buckets to a browser, without a password. */
  readonly foldersUrl?: string;
  /** Sockets the program makes outside its folder. */
  readonly sockets: readonly string[];
}

export interface StoreCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface StoreStartInput {
  readonly folder: string;
  readonly credentials: StoreCredentials;
  readonly portsFile: string | undefined;
  /** Ports of starts that have failed. */
  readonly tried: Set<number>;
}

const seaweedPorts = [
  'objects',
  'objectsGrpc',
  'filer',
  'filerGrpc',
  'volume',
  'volumeGrpc',
  'master',
  'masterGrpc',
  'admin',
  'adminGrpc',
] as const;

/** MinIO, or Silo, which kept its arguments. */
export async function minioStart({
  folder,
  portsFile,
  tried,
  credentials,
}: StoreStartInput): Promise<StoreStart> {
  const ports = await choosePorts({
    names: ['objects', 'objectsConsole'],
    tried,
    ...(portsFile === undefined
      ? {}
      : { file: portsFile, preferred: { objects: 9000, objectsConsole: 9001 } }),
  });
  return {
    arguments: [
      'server',
      folder,
      `--address=127.0.0.1:${ports.objects}`,
      `--console-address=127.0.0.1:${ports.objectsConsole}`,
    ],
    environment: {
      MINIO_ROOT_USER: credentials.accessKeyId,
      MINIO_ROOT_PASSWORD: credentials.secretAccessKey,
      MINIO_UPDATE: 'off',
    },
    port: ports.objects,
    consolePort: ports.objectsConsole,
    sockets: [],
  };
}

/** SeaweedFS in one process: ten ports, all on loopback. */
export async function seaweedStart({
  folder,
  portsFile,
  tried,
  credentials,
}: StoreStartInput): Promise<StoreStart> {
  const ports = await choosePorts({
    names: seaweedPorts,
    tried,
    ...(portsFile === undefined ? {} : { file: portsFile, preferred: { objects: 8333 } }),
  });
  // It would take up the ports of the start before from here.
  await rm(join(folder, 'mini.options'), { force: true });
  return {
    arguments: [
      '-logtostderr=true',
      'mini',
      `-dir=${folder}`,
      // With the bind alone, writes would go to the host's own address and fail.
      '-ip=127.0.0.1',
      '-ip.bind=127.0.0.1',
      '-s3.autoCreateBucket=false',
      '-master.telemetry=false',
      '-master.volumeSizeLimitMB=1024',
      // What is not needed does not listen.
      '-webdav=false',
      '-admin.ui=false',
      '-s3.port.iceberg=0',
      '-s3.port.lance=0',
      `-s3.port=${ports.objects}`,
      `-s3.port.grpc=${ports.objectsGrpc}`,
      `-filer.port=${ports.filer}`,
      `-filer.port.grpc=${ports.filerGrpc}`,
      `-volume.port=${ports.volume}`,
      `-volume.port.grpc=${ports.volumeGrpc}`,
      `-master.port=${ports.master}`,
      `-master.port.grpc=${ports.masterGrpc}`,
      `-admin.port=${ports.admin}`,
      `-admin.port.grpc=${ports.adminGrpc}`,
    ],
    environment: {
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
    port: ports.objects,
    foldersUrl: `http://127.0.0.1:${ports.filer}/buckets`,
    topologyUrl: `http://127.0.0.1:${ports.master}/dir/status`,
    sockets: [
      `s3-${ports.objects}`,
      `s3-grpc-${ports.objectsGrpc}`,
      `filer-${ports.filer}`,
      `filer-grpc-${ports.filerGrpc}`,
      `volume-grpc-${ports.volumeGrpc}`,
      `master-grpc-${ports.masterGrpc}`,
      `admin-grpc-${ports.adminGrpc}`,
    ].map((name) => `/tmp/seaweedfs-${name}.sock`),
  };
}
