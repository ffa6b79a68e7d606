import { describe, expect, it } from 'vitest';

import { renderJob } from '../../src/plan/render-job.ts';
import { jobOf } from '../support/job.ts';

const job = (items: string, rest = ''): string => `version: 1\nname: x\nitems:\n${items}\n${rest}`;

function promptsOf(yaml: string, time: string): readonly string[] {
  return renderJob(jobOf(yaml), time).items.flatMap((item) =>
    item.kind === 'image' ? [item.prompt] : item.messages.map(({ content }) => JSON.stringify(content)),
  );
}

describe('the templates of a job', () => {
  it('are filled in with the time of the run, in prompts, system messages and parts of a chat', () => {
    const yaml = job(
      [
        '  - { text: "{{ run.time }}", system: "{{ run.date }}" }',
        '  - { image: "on {{ run.date }}" }',
        '  - { messages: [{ role: user, content: [{ type: text, text: "{{ run.date }}" }, { type: image_url, image_url: { url: "{{ x }}" } }] }] }',
      ].join('\n'),
    );
    expect(promptsOf(yaml, '2026-11-25T23:30:00.000Z')).toEqual([
      '"2026-11-25"',
      '"2026-11-25T23:30:00Z"',
      'on 2026-11-25',
      '[{"type":"text","text":"2026-11-25"},{"type":"image_url","image_url":{"url":"{{ x }}"}}]',
    ]);
  });

  it('have the day and the clock of the schedule’s zone', () => {
    const yaml = job(
      '  - { image: "{{ run.date }} {{ run.time | date: \'%A %H:%M\' }}" }',
      'schedule: { every: 1h, timezone: Asia/Tokyo }',
    );
    expect(promptsOf(yaml, '2026-11-25T23:30:00Z')).toEqual(['2026-11-26 Thursday 08:30']);
  });

  it('leave a text without any as it is', () => {
    expect(promptsOf(job('  - { image: "100 % {of} it" }'), '2026-11-25T23:30:00Z')).toEqual([
      '100 % {of} it',
    ]);
  });
});
