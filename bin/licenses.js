import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

// Some come without a file of it, from people whose other packages have one.
const withText = (name) => {
  if (name === 'proxy-agent-negotiate') return 'https-proxy-agent';
  return name.startsWith('@aws-sdk/') ? '@aws-sdk/client-s3' : name;
};

/**
 * The licenses of the packages that files are taken from: each text once, below all whose it is.
 *
 * @param root - folder that the files' paths begin in
 * @throws Error for a package whose license has no text
 */
export function licensesOf(root, paths) {
  const folders = new Set(
    paths.flatMap((path) => /.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []),
  );
  const holders = new Map();
  for (const folder of [...folders].sort((left, right) => (left < right ? -1 : 1))) {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const text = textIn(join(root, folder)) || textIn(join(root, 'node_modules', withText(name)));
    if (text === '') throw new Error(`${name} has no text of its license (${license}): say whose it is`);
    holders.set(text, [...(holders.get(text) ?? []), `${name} ${version} (${license})`]);
  }
  const parts = [...holders].map(([text, names]) => `${names.join('\n')}\n\n${text}\n`);
  return parts.join(`\n${'-'.repeat(80)}\n\n`);
}

function textIn(folder) {
  const files = readdirSync(folder).filter((file) => /^(?:licen[cs]e|notice)/i.test(file));
  return files.map((file) => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n');
}
