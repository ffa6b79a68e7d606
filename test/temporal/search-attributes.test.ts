import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { askSearchAttributes, type AttributeServices } from '../../src/temporal/search-attributes.ts';
import { createNamespace } from '../support/namespace.ts';
import { startPlainTemporal, type PlainTemporal } from '../support/plain-temporal.ts';

let temporal: PlainTemporal;
beforeAll(async () => {
  temporal = await startPlainTemporal();
});
afterAll(() => temporal[Symbol.asyncDispose]());

/** The services of a server that answers operators alone so. */
function closed(code: number): AttributeServices {
  const { workflowService } = temporal.connection;
  const listSearchAttributes = () => Promise.reject(Object.assign(new Error('no'), { code }));
  return { workflowService, operatorService: { listSearchAttributes } };
}

describe('the search attributes of a namespace', () => {
  it.each([7, 12])('are found by searching where their list is closed by status %i', async (code) => {
    const namespace = await createNamespace(temporal.connection, true);
    expect(await askSearchAttributes(closed(code), namespace)).toEqual({ missing: [], mistyped: [] });
    const { missing } = await askSearchAttributes(closed(code), 'default');
    expect(missing).toEqual(['PollenJob', 'PollenState', 'PollenLabels', 'PollenModels', 'PollenCost']);
  });

  it('are not told by a server that breaks off', async () => {
    await expect(askSearchAttributes(closed(14), 'default')).rejects.toThrow('no');
  });
});
