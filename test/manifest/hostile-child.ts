import { decodeJobFile } from '../../src/manifest/decode-job-file.ts';
import { load } from './api-rules.ts';
import { hostileFiles } from './hostile-files.ts';

// Reads the file of its argument, and prints the most memory that the process took, in MiB.
const [, , about] = process.argv;
const [, make] = hostileFiles.find(([name]) => name === about) ?? [];
if (make === undefined) throw new Error(`there is no file ${about}`);
const decoded = decodeJobFile(make(), 'job.yaml');
if ('text' in decoded) load(decoded.text);
console.log(process.resourceUsage().maxRSS / 1024);
