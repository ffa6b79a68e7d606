import { attemptAt } from './attempts.ts';
import type { Endpoint } from './hostile-answer.ts';

// Asks a server for twenty of one hostile answer at once, and prints the MiB that this took beyond what right answers take.
const [, , url = '', name = '', endpoint = 'text'] = process.argv;
const nowMiB = (): number => process.memoryUsage.rss() / 1024 / 1024;
const ask = (which: string, kind: Endpoint, times: number) =>
  attemptAt(url, which, kind, { times, deadlineMs: 60_000 });

for (let round = 0; round < 5; round += 1) await ask('set-cookie', 'text', 20);
const before = nowMiB();
let most = before;
const watch = setInterval(() => (most = Math.max(most, nowMiB())), 2);
const outcomes = await ask(name, endpoint === 'text' ? 'text' : 'image', 20);
const codes = outcomes.map((outcome) => (outcome.kind === 'fault' ? outcome.fault.code : 'answered'));
clearInterval(watch);
console.log(JSON.stringify({ addedMiB: Math.max(most, nowMiB()) - before, codes: [...new Set(codes)] }));
