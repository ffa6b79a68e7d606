import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

import { describe, expect, vi } from 'vitest';

import { listRuns } from '../../src/commands/runs/list.ts';
import { allRunsQuery } from '../../src/commands/runs/runs-in-temporal.ts';
import { resume, setRun, suspend } from '../../src/commands/runs/steer.ts';
import { applySchedule } from '../../src/commands/schedule/apply-schedule.ts';
import { triggerSchedule } from '../../src/commands/schedule/change-schedule.ts';
import { createNoticeSecrets } from '../../src/notices/secret.ts';
import { noticeWorkflowId } from '../../src/workflows/ids.ts';
import { readOf } from '../support/job.ts';
import { test } from '../support/on-servers.ts';
import { startReceiver } from '../support/receiver.ts';
import { createScan } from '../support/secret-scan.ts';
import { leavesOf, type Leaf } from '../support/temporal-leaves.ts';
import { kindsOf } from './temporal-list.ts';

const waiting = { timeout: 150_000, interval: 100 };
const signing = `whsec_${Buffer.alloc(32, 'signs').toString('base64')}`;
/** What must not be there, whatever it was put into. */
const canaries = {
  prompt: 'PromptCanary of a bee',
  answer: 'AnswerCanary of a model',
  system: 'SystemCanary for all of them',
  variable: 'VariableCanary of the brand',
  address: 'AddressCanaryOfAReceiver',
  words: 'WordsCanary of the API',
};
/** How ids begin that the API gives to requests. */
const requestOfApi = 'api.id=';
const description = 'The author describes the job';

const job = (name: string, url: string, more = ''): string => `
version: 1
name: ${name}
description: ${description}
labels: { team: gardeners }
budget: '0.5'
notify: { url: '${url}?token=${canaries.address}' }
vars: { brand: ${canaries.variable} }
defaults:
  text: { model: openai, max_tokens: 50, system: ${canaries.system} }
  image: { width: 64, height: 48 }
${more}
items:
  - { id: retried, text: '${canaries.prompt} [[fault:500:2]]' }
  - { id: plain, text: '${canaries.prompt} {{ brand }}' }
  - { id: refused, text: '${canaries.prompt} [[fault:422]]' }
  - { id: broken, text: '${canaries.prompt} [[fault:400]]' }
  - { id: drawn, image: ${canaries.prompt} }
  - id: chained
    steps:
      - { id: caption, text: '${canaries.prompt} [[answer:"${canaries.answer}"]]' }
      - { id: shot, image: '${canaries.prompt} {{ steps.caption.text }}' }
`;

/** Before the emulator: gives every answer an id of its own, and to the first fault of a server words in its place. */
async function startFront(emulator: string): Promise<string> {
  let count = 0;
  let faults = 0;
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { host: _own, connection: _hops, ...headers } = request.headers as Record<string, string>;
    const body = await buffer(request);
    const { method = 'GET', url = '' } = request;
    const answer = await fetch(`${emulator}${url}`, { method, headers, ...(body.length > 0 && { body }) });
    const kept = [...answer.headers].filter(
      ([name]) => !/^(?:connection|keep-alive|transfer-encoding)$/.test(name),
    );
    count += 1;
    if (answer.status === 500) faults += 1;
    const id = answer.status === 500 && faults === 1 ? canaries.words : `${requestOfApi}${count}`;
    response.writeHead(answer.status, { ...Object.fromEntries(kept), 'x-request-id': id });
    response.end(Buffer.from(await answer.arrayBuffer()));
  };
  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy());
  }).unref();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Bold words at the beginning of rows below a heading of SECURITY.md. */
function documented(): readonly string[] {
  const text = readFileSync(new URL('../../SECURITY.md', import.meta.url), 'utf8');
  const from = text.indexOf('## What Temporal keeps');
  const part = text.slice(from, text.indexOf('\n## ', from + 1));
  return [...part.matchAll(/^\| \*\*(.+?)\*\*/gm)].map(([, name = '']) => name);
}

describe('what Temporal keeps', () => {
  test('is what SECURITY.md lists, and no prompt, answer, key, secret or address', async ({ open }) => {
    await using receiver = await startReceiver();
    const harness = await open({
      notices: {
        settings: { secrets: createNoticeSecrets(signing), hosts: ['127.0.0.1'], allowPrivate: true },
      },
      emulator: { latency: { kind: 'fixed', ms: 200 } },
      lanes: [{ name: 'all', concurrency: 1 }],
      front: startFront,
    });
    const { session, client, key } = harness;
    const { run } = await harness.submit(job('rich', receiver.url));
    // As it stands in the middle too: what calls have told by their heartbeats.
    const leaves: Leaf[] = [];
    await vi.waitFor(async () => {
      leaves.push(...(await leavesOf(client)));
      expect(harness.emulator.meter().generations).toBeGreaterThan(0);
      expect(leaves.some(({ place }) => place.endsWith('.notes.*.requestId'))).toBe(true);
    }, waiting);
    await suspend(session.temporal, run.runId, 'lunch, then a walk');
    leaves.push(...(await leavesOf(client)));
    await resume(session.temporal, run.runId, 'back again');
    await setRun(session.temporal, run.runId, { budget: '0.6' });
    await harness.finish(run);
    await vi.waitFor(
      () => client.workflow.getHandle(noticeWorkflowId(run.runId, 'failed')).result(),
      waiting,
    );
    const scheduled = job('nightly', receiver.url, 'schedule: { cron: "0 6 * * *" }');
    await applySchedule(session, readOf(scheduled), { allowUnpriced: false, dryRun: false });
    await triggerSchedule(client, 'nightly');
    const nightly = await vi.waitFor(async () => {
      const runs = await listRuns(session, allRunsQuery, 10);
      const found = runs.find(({ runId }) => runId.startsWith('nightly-'));
      if (found === undefined) throw new Error('the schedule has started nothing yet');
      return found.runId;
    }, waiting);
    await harness.finish({ ...session.location, job: 'nightly', runId: nightly });
    leaves.push(...(await leavesOf(client)));

    const kinds = kindsOf({
      namespace: session.temporal.namespace,
      bucket: session.store.bucket,
      prefix: session.location.prefix,
      jobs: ['rich', 'nightly'],
      items: ['retried', 'plain', 'refused', 'broken', 'drawn', 'chained', 'caption', 'shot'],
      models: ['openai', 'flux'],
      labels: ['team=gardeners'],
      description,
      reasons: ['lunch, then a walk', 'back again'],
      receiver: `127.0.0.1:${receiver.port}`,
      requestOfApi,
    });
    const found = new Map<string, number>();
    const unknown = new Set<string>();
    for (const leaf of leaves) {
      const kind = kinds.find((one) => one.fits(leaf));
      if (kind === undefined) unknown.add(`${leaf.place}: ${leaf.text.slice(0, 2_000)}`);
      else found.set(kind.name, (found.get(kind.name) ?? 0) + 1);
    }
    expect([...unknown]).toEqual([]);
    // The list is neither longer nor shorter than what is there.
    expect([...found.keys()].sort()).toEqual([...new Set(documented())].sort());

    const secrets = Object.entries({ ...canaries, key, signing: signing.slice('whsec_'.length) });
    const scan = createScan(secrets.map(([name, secret]) => ({ name, secret })));
    expect(scan(Buffer.from(leaves.map(({ text }) => text).join('\n'), 'latin1'))).toEqual([]);
    expect(leaves.length).toBeGreaterThan(1_000);
  });
});
