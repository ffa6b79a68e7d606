import { describe, expect, it } from 'vitest';

import type { ReadJob } from '../../src/commands/job-reading.ts';
import { readJob } from '../../src/commands/read-job.ts';

describe('a job file', () => {
  it.skipIf(process.platform === 'win32')('without end is read no further than it may be long', async () => {
    expect(await readJob('/dev/zero')).toMatchObject({
      file: '/dev/zero',
      problems: [{ line: 1, column: 1, code: 'file-too-large' }],
    });
  });

  it('with keys that nothing obeys yet is warned of each, at its place', async () => {
    const text = `version: 1
name: dear
budget: '0.5'
priority: high
notify: { url: 'https://example.org/done' }
items: [{ text: Hello }]
`;
    const reading = await readJob({ text, name: 'dear.yaml' });
    const { warnings } = reading as ReadJob;
    expect(warnings.map(({ line, code }) => [line, code])).toEqual([[5, 'key-unobeyed']]);
    expect(warnings.map(({ message }) => message.split(' ')[0])).toEqual(['`notify`']);
  });

  it('that cannot be read is an error that says why', async () => {
    await expect(readJob('.')).rejects.toThrow('the job file . cannot be read: it is a folder');
    await expect(readJob('none.yaml')).rejects.toThrow('there is no such file');
  });
});
