import { dirname } from 'node:path';

import { jobFolder } from '../../src/commands/job/job-folder.ts';
import { readValidJob } from '../../src/commands/job/read-job.ts';
import { planJob } from '../../src/plan/plan-job.ts';
import { openSpool } from '../../src/plan/spool.ts';
import { jobChecks } from '../../src/pollinations/job-checks.ts';
import { api, prices } from '../../test/support/samples.ts';

// Plans a job file in a process of its own, without servers.
const [file = ''] = process.argv.slice(2);
const startedAt = performance.now();
const reading = await readValidJob(file);
const spool = openSpool();
const planned = await planJob({
  ...reading,
  files: jobFolder(dirname(file)),
  checks: jobChecks,
  api,
  prices,
  laneOf: () => 'all',
  allowUnpriced: true,
  mayRepeat: false,
  createdAt: new Date().toISOString(),
  spool,
});
spool.close();
if ('problems' in planned) throw new Error(JSON.stringify(planned.problems));
console.log(
  JSON.stringify({
    items: planned.plan.items,
    seconds: (performance.now() - startedAt) / 1_000,
    peakMb: process.resourceUsage().maxRSS / 1_024,
  }),
);
