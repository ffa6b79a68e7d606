import type { MetricMeter } from '@temporalio/common';

import { metricList, type MetricName, type metrics } from './metrics.ts';

/** The labels of a metric, each with its value. */
export type Labels<Name extends MetricName> = Readonly<
  Record<(typeof metrics)[Name]['labels'][number], string>
>;

/** Records a value: counters and levels add it, gauges are set to it. */
type Recorder<Name extends MetricName> = (value: number, labels: Labels<Name>) => void;

/** One way to record for each metric. */
export type Meters = { readonly [Name in MetricName]: Recorder<Name> };

/** Meters that nobody reads. */
export const noMeters: Meters = createMeters();

/**
 * Makes the meters of a worker. Metrics without labels, and series that are known, are there from the start, as 0.
 *
 * @param meter - absent: nothing is recorded
 */
export function createMeters(meter?: MetricMeter): Meters {
  return Object.fromEntries(
    metricList.map((metric) => [metric.key, meter === undefined ? () => {} : recorder(meter, metric)]),
  ) as unknown as Meters;
}

function recorder(
  meter: MetricMeter,
  { kind, name, help, labels, known = {} }: (typeof metricList)[number],
): (value: number, labels: Readonly<Record<string, string>>) => void {
  const add = (): ((value: number, tags: Record<string, string>) => void) => {
    switch (kind) {
      case 'counter': {
        const counter = meter.createCounter(name, undefined, help);
        return (value, tags) => counter.add(value, tags);
      }
      case 'gauge': {
        const gauge = meter.createGauge(name, 'float', undefined, help);
        return (value, tags) => gauge.set(value, tags);
      }
      case 'level': {
        const level = meter.createUpDownCounter?.(name, undefined, help);
        return (value, tags) => level?.add(value, tags);
      }
      case 'histogram': {
        const histogram = meter.createHistogram(name, 'float', undefined, help);
        return (value, tags) => histogram.record(value, tags);
      }
    }
  };
  const record = add();
  const isKnown = labels.every((label) => known[label] !== undefined);
  if (isKnown && kind !== 'histogram') for (const series of seriesOf(known)) record(0, series);
  return record;
}

/** Every way to give each label one of its values. */
function seriesOf(known: Readonly<Record<string, readonly string[]>>): readonly Record<string, string>[] {
  return Object.entries(known).reduce<readonly Record<string, string>[]>(
    (series, [label, values]) => series.flatMap((one) => values.map((value) => ({ ...one, [label]: value }))),
    [{}],
  );
}
