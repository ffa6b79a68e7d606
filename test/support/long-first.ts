import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Seconds that the longest files take on two cores, from the folder of the tests on. */
const seconds: Readonly<Record<string, number>> = {
  'e2e/dev': 150,
  'e2e/verbs': 110,
  'faults/worker-limits': 220,
  'faults/api-storms': 190,
  'operations/operations': 90,
  'faults/once': 70,
  'faults/end-of-run': 60,
  'security/stack': 60,
  'faults/cache-of-three': 48,
  'faults/api-hostile': 60,
  'faults/outages': 120,
  'faults/sigkill': 170,
  'faults/crash-points': 115,
  'faults/governor': 65,
  'e2e/usage': 61,
  'faults/upgrade': 190,
  'e2e/schedule': 58,
  'package/package': 58,
  'e2e/run': 54,
  'faults/losses': 50,
  'faults/missed-ticks': 50,
  'workflows/schedule-failures': 50,
  'manifest/hostile': 49,
  'readers/readers': 49,
  readme: 48,
  'gallery/browser/accessible': 60,
  'gallery/browser/speed': 55,
  'gallery/browser/hostile': 50,
  'e2e/results': 46,
  'faults/no-worker': 46,
  'workflows/schedules': 45,
  'workflows/notices': 42,
  'faults/budget': 40,
  'faults/ends': 75,
  'workflows/reuse': 40,
  'workflows/budget': 80,
  'workflows/suspend': 40,
  'workflows/credit': 38,
  'workflows/faults': 37,
  'replay/replay': 35,
  'storage/s3': 35,
  'workflows/lane-faults': 35,
  'workflows/orders': 32,
  'faults/rebuild': 29,
  'workflows/pages': 29,
  'doctor/faults': 27,
  'workflows/gates': 27,
  'workflows/reconcile': 26,
  'workflows/daylight-saving': 26,
  'workflows/balance': 25,
  'workflows/priority': 25,
  'workflows/retry': 25,
  'local/child': 24,
  'local/stack': 24,
  'workflows/lanes': 24,
  'workflows/verify': 24,
  'workflows/run-references': 23,
  'workflows/run-job': 23,
  'workflows/governor': 22,
  'workflows/delete': 22,
  'gallery/browser/keyboard': 20,
  'gallery/browser/live': 20,
  'gallery/browser/views': 20,
  'e2e/doctor': 20,
  'faults/stop': 20,
  'workflows/chains': 20,
  'workflows/chain-faults': 20,
  'workflows/seeds-and-inputs': 20,
  'workflows/unicode': 20,
  'lanes/governor': 15,
};

function secondsOf({ moduleId }: TestSpecification): number {
  const name = /\/test\/(.+)\.test\.ts$/.exec(moduleId)?.[1] ?? '';
  return seconds[name] ?? 5;
}

/** Starts the longest files first, and ends with those that take next to nothing, so that no worker idles in the end. */
export class LongFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isShort = ({ project }: TestSpecification): boolean => project.name === 'pure';
    const sorted = files.toSorted(
      (left, right) => Number(isShort(left)) - Number(isShort(right)) || secondsOf(right) - secondsOf(left),
    );
    return Promise.resolve(sorted);
  }
}
