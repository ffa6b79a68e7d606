import { describe } from 'vitest';
import { findOnPath } from '../../src/local/binaries.ts';
import { startTestStore } from '../support/local-servers.ts';
import { describeStoreContract } from './contract.ts';

describeStoreContract('SeaweedFS', () => startTestStore());

const minio = process.env['MINIO_BINARY'] ?? (await findOnPath('minio', process.env['PATH'] ?? ''));

if (minio === undefined) describe.skip('MinIO (not on PATH; or name it by MINIO_BINARY)', () => {});
else describeStoreContract('MinIO', () => startTestStore({ kind: 'minio', path: minio }));
