import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Seconds that the longest files take on two cores, from the folder of the tests on. */
const seconds: Readonly<Record<string, number>> = {
  'faults/outages': 120,
  'faults/sigkill': 115,
  'e2e/dev': 85,
  'e2e/verbs': 75,
  'package/package': 70,
  'e2e/schedule': 70,
  'workflows/schedules': 70,
  'e2e/run': 60,
  'workflows/reuse': 55,
  'manifest/hostile': 50,
  readme: 45,
  'e2e/usage': 45,
  'workflows/faults': 40,
  'storage/s3': 35,
  'faults/upgrade': 35,
  'workflows/pages': 30,
  'doctor/faults': 30,
  'local/child': 30,
  'local/stack': 25,
  'e2e/doctor': 20,
  'faults/stop': 20,
  'workflows/chains': 20,
  'workflows/chain-faults': 20,
  'workflows/lanes': 20,
  'workflows/run-job': 20,
  'workflows/seeds-and-inputs': 20,
  'workflows/unicode': 20,
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
