import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { fillRequest } from '../../src/activities/fill-request.ts';
import { loadJob } from '../../src/manifest/load-job.ts';
import { parseTemplate } from '../../src/manifest/template.ts';
import { expandJob } from '../../src/plan/expand/expand-job.ts';
import { dialects } from '../../src/pollinations/dialects/index.ts';
import { jobChecks } from '../../src/pollinations/job-checks.ts';
import { dataFiles } from '../support/data-files.ts';
import { secondsOf, slowness } from '../support/processor-time.ts';
import { templateEscapes } from './template-escapes.ts';

const canary = 'canary-of-the-environment';

/** Own values as a row and an earlier answer give them: plain data, some of which looks like templates. */
const scope = (): Record<string, unknown> => ({
  row: {
    name: 'lamp',
    path: '/etc/passwd',
    secret: 's3cret',
    template: '{{ row.secret }}',
    open: '{{',
    close: '}}',
    long: 'x'.repeat(10_000),
    list: [{ a: 1 }, { a: 2 }],
  },
  steps: {
    a: {
      text: '{% include "/etc/passwd" %}',
      json: JSON.parse('{"__proto__":"{{ row.secret }}"}') as unknown,
    },
  },
});

/** What only a template that got out could come to. */
const outside = new RegExp(`root:|native code|\\[object|function|=>|polluted|s3cret|${canary}|"name":`);

beforeAll(() => {
  process.env['CANARY'] = canary;
});
afterAll(() => {
  delete process.env['CANARY'];
});

function outcomeOf(template: string, how: 'render' | 'value'): string | undefined {
  try {
    const value = parseTemplate(template)[how](scope());
    return typeof value === 'string' ? value : JSON.stringify(value);
  } catch {
    return undefined;
  }
}

describe('a template that tries to get out', { timeout: 60_000 }, () => {
  it('is one of at least 50, all different', () => {
    expect(new Set(templateEscapes.map(([template]) => template)).size).toBe(templateEscapes.length);
    expect(templateEscapes.length).toBeGreaterThanOrEqual(50);
  });

  // How slow the machine is changes from one moment to the next, so that a measurement may be had again.
  it.each(templateEscapes.map(([text, becomes]) => ({ about: text.slice(0, 60), text, becomes })))(
    'is refused or harmless text, at once: $about',
    { retry: 2 },
    async ({ text: template, becomes }) => {
      const before = Object.getOwnPropertyNames(Object.prototype);
      const memory = process.memoryUsage().rss;
      let outcome: string | undefined;
      const seconds = await secondsOf(() => {
        outcome = outcomeOf(template, 'render');
      });
      expect(outcome).toBe(becomes);
      for (const text of [outcome, outcomeOf(template, 'value')]) expect(text ?? '').not.toMatch(outside);
      expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
      expect((process.memoryUsage().rss - memory) / 2 ** 20).toBeLessThan(200);
      if (seconds >= 0.5) expect(seconds).toBeLessThan(0.5 * (await slowness()));
    },
  );

  it('is refused where its brackets stand in each other, however quick the machine is', () => {
    const nested = (depth: number): string => `{{ ${'row['.repeat(depth)}"a"${']'.repeat(depth)} }}`;
    expect(() => parseTemplate(nested(20))).not.toThrow();
    for (const depth of [21, 700]) {
      expect(() => parseTemplate(`[[[${nested(depth)}`)).toThrow('more than 20 brackets in each other');
    }
    expect(() => parseTemplate(`${'['.repeat(100)} ${nested(2)} ${'['.repeat(100)}`)).not.toThrow();
  });

  it('is refused at its place in the file, before anything is planned', () => {
    const refused = templateEscapes.filter(([, becomes]) => becomes === undefined);
    let inFile = 0;
    for (const [template] of refused) {
      const text = JSON.stringify({ version: 1, name: 'bees', items: [{ text: template }] });
      const loaded = loadJob(text, 'job.yaml', jobChecks);
      if (!('problems' in loaded)) continue;
      inFile += 1;
      for (const problem of loaded.problems) {
        expect(problem).toMatchObject({ file: 'job.yaml', line: 1, column: expect.any(Number) });
        expect(problem.code).toMatch(/^(template-|text-|file-|prompt-)/);
      }
    }
    // The others name a `row`, or end at a limit, which is told when they are filled in.
    expect(inFile).toBeGreaterThan(60);
  });
});

describe('what a template is filled in with', () => {
  const looks = templateEscapes
    .map(([template]) => template)
    .filter((text) => text.length < 2_000 && !text.includes('\u0000'));

  it('is text, in rows: no word of it is read as a template', async () => {
    const rows = looks.map((text) => `${JSON.stringify({ text })}\n`).join('');
    const loaded = loadJob(
      'version: 1\nname: bees\nitems:\n  - { from: c.jsonl, text: "Say: {{ row.text }}", system: "{{ row.text }}" }\n',
      'job.yaml',
      jobChecks,
    );
    if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
    const context = {
      file: 'job.yaml',
      placeOf: loaded.placeOf,
      time: '2026-11-25T23:30:00Z',
      checks: jobChecks,
    };
    const found: string[] = [];
    for await (const one of expandJob(loaded.job, {
      ...context,
      files: dataFiles({ 'c.jsonl': rows }, 1_000),
    })) {
      if (one.kind !== 'item') throw new Error(JSON.stringify(one));
      const [step] = one.item.steps;
      if (step?.kind === 'text') found.push(JSON.stringify(step.messages.map(({ content }) => content)));
    }
    expect(found).toEqual(looks.map((text) => JSON.stringify([text, `Say: ${text}`])));
  });

  it('is text, in answers of earlier steps: no word of it is read as a template', () => {
    for (const text of looks) {
      const filled = fillRequest({
        kind: 'text',
        model: 'openai',
        seed: 1,
        deferred: {
          scope: {},
          timezone: 'UTC',
          params: { extra: { note: '{{ steps.a.text }}' } },
          messages: [{ role: 'user', content: 'Say: {{ steps.a.text }}' }],
        },
        scope: { steps: { a: { text } }, row: scope()['row'] },
        dialect: dialects.gen,
        isOwn: () => false,
      });
      if ('problem' in filled) throw new Error(filled.problem);
      const body = JSON.parse(filled.request.body ?? '') as {
        readonly messages: readonly object[];
        readonly note: string;
      };
      expect(body.messages).toEqual([{ role: 'user', content: `Say: ${text}` }]);
      expect(body.note).toBe(text);
    }
  });
});
