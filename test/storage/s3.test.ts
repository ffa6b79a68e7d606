import { findOnPath } from '../../src/local/binaries.ts';
import { startTestStore } from '../support/local-servers.ts';
import { describeStoreContract } from './contract.ts';

describeStoreContract('SeaweedFS', () => startTestStore());

// Nobody gives it away built any more: `.ci/run` builds it, and says so where it cannot.
const minio = process.env['MINIO_BINARY'] ?? (await findOnPath('minio', process.env['PATH'] ?? ''));
if (minio === undefined)
  console.warn('MinIO is not tried: it is not on PATH, and MINIO_BINARY does not name it.');
else describeStoreContract('MinIO', () => startTestStore({ kind: 'minio', path: minio }));
