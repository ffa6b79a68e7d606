import { describe, expect, it } from 'vitest';

import { exposedName, metricList } from '../../src/telemetry/metrics.ts';

describe('the table of metrics', () => {
  it('has names and labels that Prometheus takes, each once', () => {
    const names = metricList.map(exposedName);
    for (const name of names) expect(name).toMatch(/^(pollen_batch|gen_ai_client)_[a-z_]+$/);
    expect(new Set(names).size).toBe(names.length);
    for (const { labels } of metricList) for (const label of labels) expect(label).toMatch(/^[a-z_]+$/);
  });

  it('tells no runs, items, files or keys apart', () => {
    const labels = new Set(metricList.flatMap((metric) => metric.labels));
    expect([...labels].sort()).toEqual([
      'api',
      'code',
      'emulated',
      'error_type',
      'gen_ai_operation_name',
      'gen_ai_provider_name',
      'gen_ai_request_model',
      'gen_ai_token_type',
      'kind',
      'lane',
      'model',
      'phase',
      'state',
    ]);
  });

  it('gives each histogram its own buckets, which the SDK finds by a part of the name', () => {
    const histograms = metricList.filter(({ kind }) => kind === 'histogram');
    for (const { name, buckets } of histograms) {
      expect(buckets).toEqual([...(buckets ?? [])].sort((left, right) => left - right));
      expect(histograms.filter((other) => other.name.includes(name))).toHaveLength(1);
    }
  });
});
