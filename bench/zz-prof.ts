import { readdirSync, readFileSync } from 'node:fs';
import { emulatorKeys } from '../src/emulator/index.ts';
import { untilEnded } from '../test/support/kill-run.ts';
import { startProcessStack } from '../test/support/process-stack.ts';
import { startEmulatorProcess } from './support/emulator-process.ts';
import { cpuOf } from './support/processes.ts';
import { submitTexts } from './support/submit-job.ts';
import { textCalls } from './support/emulator-calls.ts';

const [items = '2000', ms = '500', width = '64', prof = ''] = process.argv.slice(2);
function threads(pid: number) {
  const out: Record<string, number> = {};
  for (const tid of readdirSync(`/proc/${pid}/task`)) {
    try {
      const text = readFileSync(`/proc/${pid}/task/${tid}/stat`, 'utf8');
      const name = text.slice(text.indexOf('(') + 1, text.lastIndexOf(')'));
      const f = text.slice(text.lastIndexOf(')') + 2).split(' ');
      const id = tid === String(pid) ? 'main' : name + (name === 'node' ? ':' + tid : '');
      out[id] = (out[id] ?? 0) + (Number(f[11]) + Number(f[12])) * 10;
    } catch {}
  }
  return out;
}
const emulator = await startEmulatorProcess();
await emulator.change({ cacheMode: 'none', latency: { kind: 'fixed', ms: Number(ms) } });
const stack = await startProcessStack({ api: emulator.url, key: emulatorKeys.secret, environment: { POLLEN_BATCH_RPS: 'none', POLLEN_BATCH_CONCURRENCY: width } });
try {
  const worker = await stack.startWorker({ environment: prof === '' ? {} : { NODE_OPTIONS: "--import /tmp/prof/inspect.mjs", PROF_DIR: prof } });
  await untilEnded(stack, await submitTexts(stack, 'warm', 200));
  const n = Number(items);
  const before = { w: cpuOf(worker.pid)!, t: cpuOf(stack.temporal.pid())!, s: cpuOf(stack.store.pid())!, e: cpuOf(emulator.pid)! };
  const tb = threads(worker.pid);
  const c0 = (await textCalls(emulator)).length;
  if (process.env['PERF']) { const { spawn } = await import('node:child_process'); for (const [k, pid] of [['temporal', stack.temporal.pid()], ['store', stack.store.pid()], ['worker', worker.pid]] as const) spawn('perf', ['record', '-F', '199', '-g', '-o', `${process.env['PERF']}/${k}.data`, '-p', String(pid), 'sleep', '20'], { stdio: 'ignore' }); }
  const at = performance.now();
  const run = await submitTexts(stack, 'prof', n);
  const sub = performance.now();
  await untilEnded(stack, run);
  const done = performance.now();
  const calls = (await textCalls(emulator)).slice(c0);
  const times = calls.map(({ time }) => Date.parse(time));
  const spread = (Math.max(...times) - Math.min(...times)) / 1000;
  const after = { w: cpuOf(worker.pid)!, t: cpuOf(stack.temporal.pid())!, s: cpuOf(stack.store.pid())!, e: cpuOf(emulator.pid)! };
  const ta = threads(worker.pid);
  console.log(`submit ${((sub - at) / 1000).toFixed(1)} s, then ${((done - sub) / 1000).toFixed(1)} s; calls over ${spread.toFixed(1)} s = ${(n / spread).toFixed(1)}/s`);
  console.log(`CPU ms/item: worker ${((after.w - before.w) / n).toFixed(2)} temporal ${((after.t - before.t) / n).toFixed(2)} store ${((after.s - before.s) / n).toFixed(2)} emulator ${((after.e - before.e) / n).toFixed(2)}`);
  const rows = Object.entries(ta).map(([k, v]) => [k, (v - (tb[k] ?? 0)) / n] as const).filter(([, v]) => v > 0.05).sort((a, b) => b[1] - a[1]);
  console.log(rows.map(([k, v]) => `${k} ${v.toFixed(2)}`).join(', '));
  await worker.stop();
} finally {
  await stack.stop();
  await emulator.stop();
}
