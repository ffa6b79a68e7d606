import { describe, expect, it } from 'vitest';

import { createGate } from '../../src/lanes/governor/gate.ts';

const forever = new AbortController().signal;

function asked(gate: ReturnType<typeof createGate>, names: readonly string[]) {
  const told: string[] = [];
  for (const name of names) {
    void gate.enter(forever).then((entered) => told.push(entered ? name : `not ${name}`));
  }
  return async (): Promise<readonly string[]> => {
    await new Promise(setImmediate);
    return told;
  };
}

describe('a gate', () => {
  it('lets in as many as may be, in the order of their coming', async () => {
    const gate = createGate(() => 2);
    const told = asked(gate, ['a', 'b', 'c', 'd']);
    expect(await told()).toEqual(['a', 'b']);
    gate.leave();
    expect(await told()).toEqual(['a', 'b', 'c']);
  });

  it('turns away who waits, and nobody who is inside', async () => {
    const gate = createGate(() => 1);
    const told = asked(gate, ['a', 'b', 'c']);
    gate.turnAway(0);
    expect(await told()).toEqual(['a', 'not b', 'not c']);
    const later = asked(gate, ['d']);
    expect(await later()).toEqual([]);
    gate.leave();
    expect(await later()).toEqual(['d']);
  });
});
