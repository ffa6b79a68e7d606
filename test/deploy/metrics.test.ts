import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { exitCodes } from '../../src/commands/exit-codes.ts';
import { emulatorKeys, startEmulator, type Emulator } from '../../src/emulator/index.ts';
import { choosePorts } from '../../src/local/ports.ts';
import { parseAmount } from '../../src/pollen/amount.ts';
import { verdicts } from '../../src/pollinations/verdicts.ts';
import { exposedName, metricList } from '../../src/telemetry/metrics.ts';
import { createDesk, type Desk } from '../e2e/product.ts';
import { readPromql } from '../support/promql.ts';
import { scrape, type Scrape } from '../support/scrape.ts';
import { createScan, scanFolder } from '../support/secret-scan.ts';
import { readText } from './compose-file.ts';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}

const dashboard = JSON.parse(readText('deploy/grafana/dashboard.json')) as {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: unknown }[] };
};
const rules = parse(readText('deploy/prometheus/alerts.yaml')) as {
  readonly groups: readonly { readonly rules: readonly Alert[] }[];
};
const alerts = rules.groups.flatMap((group) => group.rules);
const panels = dashboard.panels.filter(({ type }) => type !== 'row');

/** Expressions with what Grafana puts in place of its variables. */
const drawn = panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr, legendFormat }) => ({
    where: title,
    expr: expr.replaceAll(/\$__(rate_interval|range)/g, '5m').replaceAll(/"\$(model|lane)"/g, '".*"'),
    legendFormat,
  })),
);
const alerted = alerts.map(({ alert, expr }) => ({ where: alert, expr }));

/** What Prometheus itself knows of its targets. */
const ofPrometheus = { metrics: ['up'], labels: ['job', 'instance'] };

const canary = 'quixotic-canary';
const job = `version: 1
name: metered
defaults: { text: { model: openai, max_tokens: 30 }, image: { model: flux, width: 256, height: 256 } }
items:
  - { id: plain, text: 'Say ${canary}' }
  - { id: shot, image: 'A lamp, ${canary}' }
  - { id: refused, text: '${canary} [[fault:400]]' }
  - { id: lost, text: '${canary} two [[fault:lost:1]]' }
`;

describe('a worker that serves metrics', { timeout: 180_000 }, () => {
  let emulator: Emulator;
  let desk: Desk;
  let scraped: Scrape;
  let port: number;

  beforeAll(async () => {
    const { first } = await choosePorts({ names: ['first'] });
    port = first;
    // Without a cache a lost answer stays unknown.
    emulator = await startEmulator({ cacheMode: 'none' });
    const environment = {
      POLLINATIONS_API_KEY: emulatorKeys.secret,
      POLLINATIONS_BASE_URL: emulator.url,
      POLLINATIONS_CACHE: 'none',
      POLLEN_BATCH_RPS: '20',
      POLLEN_BATCH_METRICS: String(first),
      POLLEN_BATCH_LOG_LEVEL: 'debug',
    };
    desk = await createDesk(environment, undefined, { witnessed: () => emulator.journal() });
    const dev = desk.start(['dev', '--workers', '2']);
    await dev.untilSaid('In another terminal');
    expect(dev.stderr()).toContain(
      `Metrics       http://127.0.0.1:${first}/metrics, and of the other workers at 127.0.0.1:${first + 1}`,
    );
    const file = await desk.file('metered.yaml', job);
    expect((await desk.run('submit', file, '--watch')).code).toBe(exitCodes.finishedWithFailures);
    scraped = await scrape(`127.0.0.1:${first}`, `127.0.0.1:${first + 1}`);
  }, 180_000);
  afterAll(async () => {
    await desk[Symbol.asyncDispose]();
    await emulator.close();
  });

  it('counts each item, attempt and charge once over all workers', () => {
    expect({
      succeeded: scraped.sum('pollen_batch_items_total', { state: 'succeeded' }),
      failed: scraped.sum('pollen_batch_items_total', { state: 'failed' }),
      refused: scraped.sum('pollen_batch_item_failures_total', { code: 'bad-request' }),
      images: scraped.sum('pollen_batch_items_total', { kind: 'image' }),
      runs: scraped.sum('pollen_batch_runs_total', { state: 'completed_with_failures' }),
      answered: scraped.sum('pollen_batch_attempts_total', { code: 'answered' }),
      lost: scraped.sum('pollen_batch_attempts_total', { code: 'reset' }),
      unknown: scraped.sum('pollen_batch_unknown_charges_total', { model: 'openai' }),
      inFlight: scraped.sum('pollen_batch_lane_in_flight'),
      held: scraped.sum('pollen_batch_held_nanopollen'),
      sent: scraped.sum('pollen_batch_lane_calls_total'),
      calls: scraped.sum('gen_ai_client_operation_duration_seconds_count'),
      emulated: scraped.sum('pollen_batch_worker_info', { emulated: 'true' }),
    }).toEqual({
      succeeded: 3,
      failed: 1,
      refused: 1,
      images: 1,
      runs: 1,
      answered: 3,
      lost: 1,
      unknown: 1,
      inFlight: 0,
      held: 0,
      sent: 5,
      calls: 5,
      emulated: 2,
    });
    const paid = emulator
      .journal()
      .filter(({ generated, fault }) => generated && fault === undefined)
      .reduce((sum, { charge }) => sum + parseAmount(charge), 0n);
    expect(scraped.sum('pollen_batch_settled_nanopollen_total')).toBe(Number(paid * 10n));
  });

  it('exposes every metric of the table, with its labels', () => {
    for (const metric of metricList) {
      const name = exposedName(metric);
      expect([name, scraped.kinds.get(name)]).toEqual([
        name,
        metric.kind === 'level' ? 'gauge' : metric.kind,
      ]);
      const sample = metric.kind === 'histogram' ? `${name}_count` : name;
      expect([name, [...(scraped.labels.get(sample) ?? [])].sort()]).toEqual([
        name,
        [...metric.labels].sort(),
      ]);
    }
  });

  it('exposes whatever dashboard and alerts ask for, with its labels', () => {
    for (const { where, expr } of [...drawn, ...alerted]) {
      for (const { metric, labels } of readPromql(expr)) {
        if (ofPrometheus.metrics.includes(metric)) continue;
        const known = [...ofPrometheus.labels, ...(scraped.labels.get(metric) ?? [])];
        expect([where, metric, scraped.labels.has(metric)]).toEqual([where, metric, true]);
        expect([where, metric, labels.filter((label) => !known.includes(label))]).toEqual([
          where,
          metric,
          [],
        ]);
      }
    }
  });

  it('is not started at a port that is taken', async () => {
    const servers = { S3_BUCKET: 'none', TEMPORAL_ADDRESS: '127.0.0.1:1' };
    const { code, stderr } = await desk.runWith({ environment: servers }, 'worker');
    expect([code, stderr]).toEqual([
      exitCodes.usage,
      expect.stringContaining(
        `config-invalid: metrics cannot be served at 127.0.0.1:${port}: the port is taken`,
      ),
    ]);
  });

  it('logs calls with their run, item and attempt, and neither prompts nor answers nor the key', async () => {
    const logs = join(desk.folder, '.pollen-batch/logs');
    const lines = (
      await Promise.all(['worker.log', 'worker-2.log'].map((name) => readFile(join(logs, name), 'utf8')))
    )
      .flatMap((text) => text.split('\n'))
      .filter((line) => line.includes('"latencyMs"'))
      .map(
        (line) =>
          JSON.parse(line) as { readonly item: string; readonly attempt: number; readonly code: string },
      );
    expect(lines.map(({ item, attempt, code }) => `${item} ${attempt} ${code}`).sort()).toEqual([
      'lost 1 reset',
      'lost 2 answered',
      'plain 1 answered',
      'refused 1 bad-request',
      'shot 1 answered',
    ]);
    const scan = createScan([
      { secret: canary, name: 'the key of the worker' },
      { secret: emulatorKeys.secret, name: 'the key of the emulator' },
    ]);
    expect(await scanFolder(logs, scan)).toEqual([]);
  });
});

describe('the dashboard', () => {
  it('has panels that say what they show, and lie beside each other', () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    for (const { title, description = '', targets = [] } of panels) {
      expect([title, description !== '', targets.length > 0]).toEqual([title, true, true]);
    }
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
  });

  it('names its lines by labels that its expressions keep', () => {
    for (const { where, expr, legendFormat } of drawn) {
      const kept = new Set(readPromql(expr).flatMap(({ labels }) => labels));
      const named = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
      expect([where, named.filter((label) => !kept.has(label))]).toEqual([where, []]);
    }
  });
});

describe('the alerts', () => {
  it('each have a name, a severity, and say what to do', () => {
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
    for (const { alert, labels, annotations } of alerts) {
      expect(alert).toMatch(/^PollenBatch[A-Za-z]+$/);
      expect(['info', 'warning', 'critical']).toContain(labels.severity);
      expect([alert, annotations.summary.endsWith('.'), annotations.description.endsWith('.')]).toEqual([
        alert,
        true,
        true,
      ]);
    }
  });

  it('and the dashboard know no other faults than there are', () => {
    const codes = [...Object.keys(verdicts), 'answered', ''];
    for (const { where, expr } of [...drawn, ...alerted]) {
      const asked = readPromql(expr).flatMap(({ values }) => values.filter(({ label }) => label === 'code'));
      expect([where, asked.filter(({ value }) => !codes.includes(value))]).toEqual([where, []]);
    }
  });

  it('are read by the configuration beside them, which has the job that they name', () => {
    const { rule_files, scrape_configs } = parse(readText('deploy/prometheus/prometheus.yaml')) as {
      readonly rule_files: readonly string[];
      readonly scrape_configs: readonly { readonly job_name: string }[];
    };
    expect(rule_files).toEqual(['alerts.yaml']);
    const jobs = scrape_configs.map(({ job_name }) => job_name);
    const named = alerted
      .flatMap(({ expr }) => readPromql(expr))
      .flatMap(({ values }) => values.filter(({ label }) => label === 'job'));
    expect(named.length).toBeGreaterThan(0);
    for (const { value } of named) expect(jobs).toContain(value);
  });
});
