import type { EndState } from '../records/outcome.ts';
import type { ResultLine } from '../report/result-line.ts';
import type { Telemetry } from './telemetry.ts';
import { countCharges } from './watch-records.ts';

/** Counts what a run leaves without a record: the other items were counted with theirs. */
export interface EndWatch {
  add(line: ResultLine): void;
  /** Tells all of it; once, by whoever has written the marker. */
  tell(state: EndState): void;
}

/** Makes an empty count. */
export function watchEnd({ meters }: Telemetry): EndWatch {
  const left: (() => void)[] = [];
  const counts = new Map<string, { readonly line: ResultLine; count: number }>();
  return {
    add(line) {
      if (line.status === 'succeeded' || line.status === 'failed') return;
      const { status, kind, model, attempts } = line;
      const name = `${status} ${kind}`;
      const known = counts.get(name);
      if (known === undefined) counts.set(name, { line, count: 1 });
      else known.count += 1;
      if (attempts.length > 0) left.push(() => countCharges(meters, { attempts, model }));
    },
    tell(state) {
      for (const count of left) count();
      for (const { line, count } of counts.values()) {
        meters.items(count, { state: line.status, kind: line.kind });
      }
      meters.runs(1, { state });
    },
  };
}
