import { describe, expect, it } from 'vitest';

import { expandJob } from '../../../src/plan/expand/expand-job.ts';
import { noFiles } from '../../../src/plan/job-files.ts';
import { jobChecks } from '../../../src/pollinations/job-checks.ts';
import { readOf } from '../../support/job.ts';

const job = (items: string, rest = ''): string => `version: 1\nname: x\nitems:\n${items}\n${rest}`;

async function promptsOf(yaml: string, time: string): Promise<readonly string[]> {
  const { job: read, placeOf } = readOf(yaml);
  const context = { file: 'job.yaml', placeOf, time, checks: jobChecks, files: noFiles };
  const prompts: string[] = [];
  for await (const expansion of expandJob(read, context)) {
    if (expansion.kind !== 'item') throw new Error(expansion.problem.message);
    for (const step of expansion.item.steps) {
      if (step.kind === 'image') prompts.push(step.prompt);
      else prompts.push(...step.messages.map(({ content }) => JSON.stringify(content)));
    }
  }
  return prompts;
}

describe('the templates of a job', () => {
  it('are filled in with the time of the run, in prompts, system messages and parts of a chat', async () => {
    const yaml = job(
      [
        '  - { text: "{{ run.time }}", system: "{{ run.date }}" }',
        '  - { image: "on {{ run.date }}" }',
        '  - { messages: [{ role: user, content: [{ type: text, text: "{{ run.date }}" }, { type: image_url, image_url: { url: "https://x.example/{{ run.date }}.png" } }] }] }',
      ].join('\n'),
    );
    expect(await promptsOf(yaml, '2026-11-25T23:30:00.000Z')).toEqual([
      '"2026-11-25"',
      '"2026-11-25T23:30:00Z"',
      'on 2026-11-25',
      '[{"type":"text","text":"2026-11-25"},{"type":"image_url","image_url":{"url":"https://x.example/2026-11-25.png"}}]',
    ]);
  });

  it('have the day and the clock of the schedule’s zone', async () => {
    const yaml = job(
      '  - { image: "{{ run.date }} {{ run.time | date: \'%A %H:%M\' }}" }',
      'schedule: { every: 1h, timezone: Asia/Tokyo }',
    );
    expect(await promptsOf(yaml, '2026-11-25T23:30:00Z')).toEqual(['2026-11-26 Thursday 08:30']);
  });

  it('leave a text without any as it is', async () => {
    expect(await promptsOf(job('  - { image: "100 % {of} it" }'), '2026-11-25T23:30:00Z')).toEqual([
      '100 % {of} it',
    ]);
  });
});
