import { describe, expect, it } from 'vitest';

import { sha256 } from '../../src/plan/digest.ts';
import { keepInputs, keptFiles } from '../../src/records/inputs.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import { filesOf } from '../support/planning.ts';

const inputOf = (path: string, content: string) => ({
  path,
  sha256: sha256(content),
  bytes: content.length,
  contentType: 'image/png',
});
const keyOf = (digest: string): string => `inputs/${digest}`;

async function textOf(files: ReturnType<typeof keptFiles>, path: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of files.open(path)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

describe('the files that a job uses', () => {
  it('are kept by their bytes, once, and read by their paths', async () => {
    const store = createMemoryStore();
    const inputs = [inputOf('a.png', 'lamp'), inputOf('b.png', 'chair'), inputOf('c.png', 'lamp')];
    const files = filesOf({ 'a.png': 'lamp', 'b.png': 'chair', 'c.png': 'lamp' });
    await keepInputs(store, keyOf, files, inputs);
    expect(store.keys().toSorted()).toEqual([keyOf(sha256('chair')), keyOf(sha256('lamp'))].toSorted());
    const kept = keptFiles(store, keyOf, inputs);
    expect(await textOf(kept, 'c.png')).toBe('lamp');
    await expect(textOf(kept, 'd.png')).rejects.toThrow('the file d.png was not kept with its job');
  });

  it('end the command where one is no longer what it was when the job was planned', async () => {
    const store = createMemoryStore();
    for (const now of ['lump', 'a longer one', undefined]) {
      const files = filesOf(now === undefined ? {} : { 'a.png': now });
      await expect(keepInputs(store, keyOf, files, [inputOf('a.png', 'lamp')])).rejects.toThrow(
        'the file a.png has changed while its job was planned',
      );
    }
    expect(store.keys()).toEqual([]);
  });
});
