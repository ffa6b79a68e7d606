import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

// The least that a plan of a file can be: each line read as JSON, and hashed.
const [file = ''] = process.argv.slice(2);
const startedAt = performance.now();
let rows = 0;
for await (const line of createInterface({ input: createReadStream(file) })) {
  JSON.parse(line);
  createHash('sha256').update(line).digest('hex');
  rows += 1;
}
console.log(JSON.stringify({ rows, seconds: (performance.now() - startedAt) / 1_000 }));
