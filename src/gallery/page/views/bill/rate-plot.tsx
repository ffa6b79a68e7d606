import { useEffect, useRef } from 'preact/hooks';
import UPlot from 'uplot';

import 'uplot/dist/uPlot.min.css';
import { useMedia } from '../../hooks/use-media.ts';
import type { RateRow } from '../../model/rate-table.ts';

const HEIGHT = 200;

interface RatePlotProps {
  readonly rows: readonly RateRow[];
  /** What it shows, for those who do not see it. */
  readonly label: string;
}

/** A chart of what was sent and what was allowed; it is drawn anew when its width or the colours change. */
export function RatePlot({ rows, label }: RatePlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const isDark = useMedia('(prefers-color-scheme: dark)');
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const plot = new UPlot(optionsFor(element), dataOf(rows), element);
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [rows, isDark]);
  return <div ref={place} class="plot" role="img" aria-label={label} />;
}

function dataOf(rows: readonly RateRow[]): UPlot.AlignedData {
  return [rows.map(({ at }) => at), rows.map(({ sent }) => sent), rows.map(({ limit }) => limit)];
}

function optionsFor(element: HTMLElement): UPlot.Options {
  const styles = getComputedStyle(element);
  const colour = (name: string): string => styles.getPropertyValue(name).trim();
  const axis: UPlot.Axis = {
    stroke: colour('--soft'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    font: `11px ${styles.fontFamily}`,
  };
  const stepped = UPlot.paths.stepped?.({ align: 1 });
  const asSteps = stepped === undefined ? {} : { paths: stepped };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: (_, __, most) => [0, Math.max(1, most * 1.1)] } },
    axes: [
      { ...axis, size: 28, values: (_, times) => times.map(clockOf) },
      { ...axis, size: 44 },
    ],
    series: [
      {},
      {
        stroke: colour('--fill'),
        fill: colour('--accent-wash'),
        width: 1.5,
        points: { show: false },
        ...asSteps,
      },
      {
        stroke: colour('--soft'),
        dash: [5, 4],
        width: 1.5,
        spanGaps: true,
        points: { show: false },
        ...asSteps,
      },
    ],
  };
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** Time of day, with seconds where they say something. */
function clockOf(seconds: number): string {
  return clock.format(seconds * 1_000).replace(/:00$/, '');
}
