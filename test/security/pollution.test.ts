import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openBill } from '../../src/commands/bill/open-bill.ts';
import { diff } from '../../src/commands/diff/diff.ts';
import { copyResults } from '../../src/commands/results/copy-results.ts';
import { openExport } from '../../src/commands/results/export-lines.ts';
import { writeResults, writeRunDataset } from '../../src/commands/results/results.ts';
import { emulatorKeys, startEmulator } from '../../src/emulator/index.ts';
import { loadJob } from '../../src/manifest/load-job.ts';
import { expandBatch } from '../../src/plan/batch/expand-batch.ts';
import { sha256 } from '../../src/plan/digest.ts';
import { readSource } from '../../src/plan/sources/read-source.ts';
import { createApiClient } from '../../src/pollinations/client.ts';
import { dialects } from '../../src/pollinations/dialects/index.ts';
import { fetchBalance } from '../../src/pollinations/fetch-balance.ts';
import { fetchModels } from '../../src/pollinations/fetch-models.ts';
import { fetchUsage } from '../../src/pollinations/fetch-usage.ts';
import { jobChecks } from '../../src/pollinations/job-checks.ts';
import { createSecret } from '../../src/pollinations/secret.ts';
import { createSend } from '../../src/pollinations/send.ts';
import { pastRuns } from '../../src/records/past-runs.ts';
import { readMarker, type Marker } from '../../src/records/run-store.ts';
import { createReportFold } from '../../src/report/report-fold.ts';
import { reportMarkdown } from '../../src/report/report-markdown.ts';
import { parseConfigFile } from '../../src/settings/config-file.ts';
import { runKeys } from '../../src/storage/keys.ts';
import { verifyRun } from '../../src/verify/verify-run.ts';
import { startServer } from '../pollinations/server.ts';
import { dataFiles } from '../support/data-files.ts';
import { makeResults } from '../support/made-results.ts';
import { createMemoryStore, type MemoryStore } from '../support/memory-store.ts';
import { api, failed, now, run, samplePageCode, samplePlan, succeeded } from '../support/samples.ts';
import { poison, poisoned, prototypes } from './poison.ts';

let before: readonly unknown[];
beforeEach(() => {
  before = prototypes();
});
afterEach(() => {
  expect(prototypes()).toEqual(before);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

const whole = {
  version: 1,
  name: 'bees',
  budget: { amount: '1', onExceeded: 'stop' },
  labels: { team: 'x' },
  vars: { brand: { name: 'Acme' } },
  matrix: { tone: ['warm'], exclude: [{ tone: 'cold' }] },
  defaults: { text: { model: 'openai', extra: { a: { b: 1 } } }, image: { model: 'flux' } },
  canary: { items: 1 },
  notify: { url: 'https://hooks.example/', on: ['completed'] },
  items: [
    {
      id: 'a',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
      params: {
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'x', schema: { type: 'object', properties: { y: { type: 'string' } } } },
        },
      },
    },
    {
      id: 'b',
      steps: [
        { id: 'c', text: 'Hi' },
        { id: 'd', image: '{{ steps.c.text }}', params: { width: 64 } },
      ],
    },
    { from: 'c.csv', select: { first: 1 }, text: '{{ row.a }}' },
  ],
};

/** One text for each object of a value, in which that object alone has the members. */
function* placesIn(json: string, members: string): Generator<string> {
  for (let at = 0; at < json.length; at += 1) {
    if (json[at] === '{' && json[at + 1] === '"')
      yield `${json.slice(0, at + 1)}${members},${json.slice(at + 1)}`;
  }
}

async function faultsOfData(path: string, content: string): Promise<readonly string[]> {
  const codes: string[] = [];
  try {
    for await (const rows of readSource({ path }, undefined, dataFiles({ [path]: content }), () => {})) {
      codes.push(...rows.map((row) => (row.kind === 'fault' ? row.code : 'a row')));
    }
  } catch (error) {
    codes.push((error as { readonly code: string }).code);
  }
  return codes;
}

describe('members that reach into the program', () => {
  it('are refused with their place anywhere in a job file', () => {
    const good = loadJob(JSON.stringify(whole), 'job.yaml', jobChecks);
    expect('problems' in good ? good.problems : []).toEqual([]);
    let places = 0;
    for (const members of poison) {
      for (const text of placesIn(JSON.stringify(whole), members)) {
        const loaded = loadJob(text, 'job.yaml', jobChecks);
        expect('problems' in loaded ? loaded.problems[0] : text).toMatchObject({
          code: 'key-forbidden',
          line: 1,
          column: text.indexOf(members) + 1,
        });
        places += 1;
      }
    }
    expect(places).toBeGreaterThan(150);
  });

  it('are refused as names of items, steps, vars, axes and labels, or are plain words there', () => {
    for (const name of ['__proto__', 'constructor', 'prototype']) {
      for (const job of [
        { items: [{ id: name, text: 'Hi' }] },
        {
          items: [
            {
              id: 'a',
              steps: [
                { id: name, text: 'Hi' },
                { id: 'x', text: `{{ steps.${name}.text }}` },
              ],
            },
          ],
        },
        { vars: [[name, 'x']], items: [{ text: `{{ ${name} }}` }] },
        { items: [{ text: `{{ vars.${name}.polluted }}` }] },
        { items: [{ text: 'Hi', params: { model: name } }] },
        { defaults: { text: { model: name } }, items: [{ text: 'Hi' }] },
      ]) {
        loadJob(JSON.stringify({ version: 1, name: 'bees', ...job }), 'job.yaml', jobChecks);
      }
    }
  });

  it.each(poison)('are refused in rows of data, and in tables: %s', async (members) => {
    const row = `{${members},"a":1}`;
    for (const text of [row, `{"a":${row}}`, `{"a":[[${row}]]}`]) {
      expect(await faultsOfData('c.jsonl', `${text}\n`)).toEqual(['key-forbidden']);
      expect(await faultsOfData('c.json', `[${text}]`)).toEqual(['key-forbidden']);
      expect(await faultsOfData('c.yaml', `- ${text}\n`)).toEqual(['key-forbidden']);
    }
    const name = members.slice(1, members.indexOf('"', 1));
    for (const header of [name, `a,${name}`, `"${name}",b`, ` ${name} `]) {
      expect(await faultsOfData('c.csv', `${header}\n1,2\n`)).toEqual(['key-forbidden']);
    }
  });

  it.each(poison)('are refused anywhere in a line of an OpenAI batch: %s', async (members) => {
    const line = JSON.stringify({
      custom_id: '__proto__',
      method: 'POST',
      url: '/v1/chat/completions',
      body: {
        model: 'gpt-4o-mini',
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
        logit_bias: { 5: 1 },
        response_format: { type: 'json_object' },
      },
    });
    const texts = [...placesIn(line, members)];
    expect(texts.length).toBeGreaterThan(5);
    for (const text of texts) {
      const bytes = Buffer.from(`${text}\n`);
      const found: string[] = [];
      const source = { path: 'x.jsonl', sha256: sha256(bytes) };
      const files = dataFiles({ 'x.jsonl': bytes }, 1_000);
      for await (const one of expandBatch(source, { file: 'x.jsonl', files, checks: jobChecks })) {
        found.push(one.kind === 'problem' ? one.problem.code : one.kind);
      }
      // A member of the body that is null is left out, as clients write out what they leave open.
      const isLeftOut = members.endsWith(':null') && found.join() === 'item';
      expect(isLeftOut ? 'key-forbidden' : found.join(), text).toMatch(
        /^key-(forbidden|unknown)(,key-(forbidden|unknown))*$/,
      );
    }
  });

  it.each(poison)('are refused in a configuration file: %s', (members) => {
    for (const text of [
      `{${members}}`,
      `{"api":{${members}}}`,
      `{"lanes":[{"name":"a",${members}}]}`,
      `{"lanes":{"a":{${members}}}}`,
    ]) {
      const { problems, values } = parseConfigFile(text, 'pollen-batch.yaml');
      expect(problems.map(({ message }) => message).join()).toContain('is not allowed');
      expect(values).toEqual({});
    }
  });
});

describe('answers with members that reach into the program', () => {
  const key = createSecret('sk_canary_0123456789abcdef');
  const completion = JSON.stringify({
    id: 'x',
    object: 'chat.completion',
    model: 'openai',
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Hi' } }],
    usage: {
      prompt_tokens: 1,
      completion_tokens: 1,
      total_tokens: 2,
      prompt_tokens_details: { cached_tokens: 0 },
    },
  });
  const bodies: readonly string[] = [
    completion,
    JSON.stringify([
      { name: 'openai', pricing: { promptTextTokens: '0.1', currency: 'pollen' }, aliases: ['a'] },
    ]),
    JSON.stringify({ data: [{ id: '__proto__' }, { id: 'constructor', pricing: { __proto__: null } }] }),
    JSON.stringify({ balance: '1.5' }),
    JSON.stringify({
      usage: [{ timestamp: '2026-01-01T00:00:00Z', type: 'generate.text', model: '__proto__', cost_usd: 1 }],
    }),
    JSON.stringify({
      error: { code: 'UNAUTHORIZED', message: 'no', details: { formErrors: [], fieldErrors: { x: ['y'] } } },
    }),
  ];

  it.each(poison)('are data, whatever was asked for and whatever the status: %s', async (members) => {
    const texts = bodies.map((body) => poisoned(body, members));
    let body = '';
    let status = 200;
    await using server = await startServer((_request, response) => {
      response.writeHead(status, { 'content-type': 'application/json', 'x-cache': 'constructor' });
      response.end(body);
    });
    const call = { send: createSend(), base: server.url, key, deadlineMs: 5_000 };
    for (status of [200, 400, 500]) {
      for (body of texts) {
        const outcome = await createApiClient({ base: server.url, key }).attempt({
          kind: 'text',
          request: { method: 'POST', path: '/v1/chat/completions', body: '{}' },
          requestId: 'one',
          deadlineMs: 5_000,
        });
        expect(['answered', 'fault']).toContain(outcome.kind);
        await fetchModels({ ...call, wait: () => Promise.resolve() }, '/models');
        await fetchBalance({ ...call, dialect: dialects.gen });
        await fetchUsage({ ...call, dialect: dialects.gen, from: 0, to: Date.now() }, () => {});
      }
    }
  });

  it('change nothing in the emulator: settings of such names are refused', async () => {
    const emulator = await startEmulator();
    try {
      const settings = async (body: string): Promise<Response> =>
        fetch(`${emulator.url}/__emulator/settings`, { method: 'PUT', body });
      expect((await settings('{"latency":{"kind":"fixed","ms":0}}')).status).toBe(200);
      for (const members of poison) {
        for (const text of [
          `{${members}}`,
          `{"faults":{${members}}}`,
          `{"limits":{${members}}}`,
          `{"latency":{${members},"kind":"fixed","ms":0}}`,
        ]) {
          expect((await settings(text)).status, text).toBeLessThan(500);
        }
        const { status } = await fetch(`${emulator.url}/v1/chat/completions`, {
          method: 'POST',
          headers: { authorization: `Bearer ${emulatorKeys.secret}`, 'content-type': 'application/json' },
          body: poisoned(
            '{"model":"openai","messages":[{"role":"user","content":"Hi"}],"logit_bias":{}}',
            members,
          ),
        });
        expect(status).toBeLessThan(500);
      }
    } finally {
      await emulator.close();
    }
  });
});

describe('a run that somebody has put such members into', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pollen-batch-poison-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Every object of the run, its lines and files sealed anew. */
  async function poisonedRun(
    members: string,
  ): Promise<{ readonly store: MemoryStore; readonly marker: Marker }> {
    const store = createMemoryStore();
    const { marker } = await makeResults(store, run, 60, { everyImage: 20 });
    const options = { contentType: 'application/json' };
    const keys = runKeys(run);
    for (const key of store.keys()) {
      if (/\.(json|jsonl)$/.test(key))
        await store.put(key, poisoned(store.text(key) ?? '', members), options);
    }
    const seal = <File extends { readonly key: string }>(file: File): File => ({
      ...file,
      sha256: sha256(store.text(file.key) ?? ''),
    });
    const sealed = { ...marker, parts: marker.parts.map(seal), files: (marker.files ?? []).map(seal) };
    await store.put(keys.success, poisoned(JSON.stringify(sealed), members), options);
    const read = await readMarker(store, run);
    if (read === undefined) throw new Error('no marker');
    return { store, marker: read };
  }

  it.each(poison)(
    'is read, copied, billed, compared and checked as data: %s',
    { timeout: 60_000 },
    async (members) => {
      const { store, marker } = await poisonedRun(members);
      const exported = await openExport(store, run, marker);
      await copyResults(store, exported, folder, () => Promise.resolve(samplePageCode));
      for (const format of ['csv', 'jsonl', 'parquet'] as const) {
        await writeResults(store, exported, { format, withArtifacts: false }, folder);
      }
      await writeRunDataset(store, exported, folder);
      const written = await readFile(join(folder, run.runId, 'results.jsonl'), 'utf8');
      expect(written.trim().split('\n')).toHaveLength(60);
      await pastRuns(store, run, api);
      // These may say that it is damaged: its records and its report are made up.
      for (const read of [
        async () => {
          for await (const _ of (await openBill(store, run)).pages()) continue;
        },
        async () => diff(store, run, run),
        async () => verifyRun(store, run),
      ]) {
        await read().catch((error: unknown) => expect(error).toBeInstanceOf(Error));
      }
    },
  );

  it('is told of in its report by such names of models, codes, labels and items', () => {
    for (const name of ['__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toString']) {
      const labels = JSON.parse(`{"${name}":"x"}`) as Record<string, string>;
      const fold = createReportFold(samplePlan({ labels }));
      fold.add(failed({ id: name, model: name, fault: { code: name, message: name, remedy: name } }));
      fold.add(succeeded({ id: name, number: 2, model: name }));
      const report = fold.report('completed_with_failures', now.toISOString());
      expect(report.models.map(({ model }) => model)).toEqual([name]);
      expect(reportMarkdown(report)).toContain(name.replaceAll('_', String.raw`\_`).slice(0, 4));
    }
  });
});
