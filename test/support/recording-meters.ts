import type { Meters } from '../../src/telemetry/meters.ts';
import { metricList } from '../../src/telemetry/metrics.ts';

/** Meters that keep what they are told, as `metric value label=value …`. */
export function recordMeters(): { readonly meters: Meters; readonly told: () => readonly string[] } {
  const told: string[] = [];
  const meters = Object.fromEntries(
    metricList.map(({ key }) => [
      key,
      (value: number, labels: Readonly<Record<string, string>>) => {
        const words = Object.entries(labels).map(([name, text]) => `${name}=${text}`);
        told.push([key, String(value), ...words].join(' '));
      },
    ]),
  ) as unknown as Meters;
  return { meters, told: () => told };
}
