import { describe, expect, it } from 'vitest';

import { readJob } from '../../../src/commands/job/read-job.ts';

describe('a job file', () => {
  it.skipIf(process.platform === 'win32')('without end is read no further than it may be long', async () => {
    expect(await readJob('/dev/zero')).toMatchObject({
      file: '/dev/zero',
      problems: [{ line: 1, column: 1, code: 'file-too-large' }],
    });
  });

  it('that cannot be read is an error that says why', async () => {
    await expect(readJob('.')).rejects.toThrow('the job file . cannot be read: it is a folder');
    await expect(readJob('none.yaml')).rejects.toThrow('there is no such file');
  });
});
