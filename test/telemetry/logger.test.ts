import { spawnSync } from 'node:child_process';

import { expect, it } from 'vitest';

import { createScan } from '../support/secret-scan.ts';

const key = 'odd"key\\with/specials+and=signs';
const program = `
  import { createLogger } from './src/telemetry/logger.ts';
  import { createScrub } from './src/pollinations/secret.ts';
  const key = ${JSON.stringify(key)};
  const logger = createLogger('info', createScrub([key, 'short', 'two words']));
  logger.info({ headers: { authorization: 'Bearer ' + key } }, 'with ' + key);
  logger.error({ error: new Error('failed for ' + Buffer.from(key).toString('base64'), { cause: key }) }, 'no');
  logger.warn('GET /image?key=' + encodeURIComponent(key) + ' by sk_somebodyelse00000, whsec_c29tZWJvZHllbHNlcw==');
  logger.info('short words, two words');
`;

it('has no secret in any line of the log, whoever wrote it, and every line is JSON', () => {
  const { stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', program],
    { encoding: 'utf8' },
  );
  const lines = stderr.split('\n').filter((line) => line !== '');
  expect(lines).toHaveLength(4);
  for (const line of lines) expect(() => JSON.parse(line) as unknown, line).not.toThrow();
  expect(createScan([{ secret: key, name: 'the key' }])(Buffer.from(stderr))).toEqual([]);
  expect(stderr).not.toMatch(/somebodyelse|c29tZWJ/);
  expect(lines[3]).toContain('short words, two words');
});
