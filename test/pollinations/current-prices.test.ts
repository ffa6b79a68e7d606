import { expect, it, vi } from 'vitest';

import { createCurrentPrices } from '../../src/pollinations/current-prices.ts';
import { prices } from '../support/samples.ts';

it('prices are read anew when they are older than ten minutes, and never guessed', async () => {
  let now = 0;
  const later = [...prices].reverse();
  const read = vi.fn<() => Promise<typeof later>>(() => Promise.resolve(later));
  const current = createCurrentPrices(prices, read, () => now);
  now = 600_000;
  expect(await current()).toBe(prices);
  now = 600_001;
  read.mockRejectedValueOnce(new Error('away'));
  await expect(current()).rejects.toThrow('away');
  expect(await current()).toBe(later);
  now = 1_200_000;
  expect(await current()).toBe(later);
  expect(read).toHaveBeenCalledTimes(2);
});
