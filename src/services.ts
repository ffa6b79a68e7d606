import { readFileSync } from 'node:fs';

import type { ApiSettings, StoreSettings } from './config.ts';
import { connectStore } from './connect-store.ts';
import { PollenBatchError } from './errors.ts';
import type { PlannedApi } from './plan/plan.ts';
import type { PriceSnapshot } from './pollen/prices.ts';
import { dialects } from './pollinations/dialects/index.ts';
import { discoverApi, type Api } from './pollinations/discover.ts';
import { fetchBalance, type BalanceAnswer } from './pollinations/fetch-balance.ts';
import { parsePriceFile } from './pollinations/price-file.ts';
import { createSend, type Send } from './pollinations/send.ts';
import { prepareStore } from './storage/probe.ts';
import type { S3Store } from './storage/s3.ts';

/**
 * Opens the object store, and makes sure that it can keep the product's promises.
 *
 * @param concurrency - calls that may be under way at once
 * @throws PollenBatchError `store-unreachable` or `store-unusable` with the remedy
 */
export async function openStore(
  settings: StoreSettings,
  location: { readonly emulated: boolean },
  concurrency = 32,
): Promise<S3Store> {
  const store = connectStore(settings, concurrency);
  await prepareStore(store, { prefix: settings.prefix, emulated: location.emulated });
  return store;
}

/**
 * Finds out which API answers, in which dialect, at which prices. The models call needs no key, so none is sent.
 *
 * @throws PollenBatchError `api-unreachable` when none answers, `config-invalid` for a wrong price file
 */
export function findApi(settings: ApiSettings, send: Send = createSend(settings.proxy)): Promise<Api> {
  const priceFile = settings.priceFile === undefined ? undefined : readPrices(settings.priceFile);
  return discoverApi({
    dialect: settings.dialect,
    send,
    ...(settings.base === undefined ? {} : { base: settings.base }),
    ...(priceFile === undefined ? {} : { priceFile }),
  });
}

const BALANCE_MS = 10_000;

/** Makes what asks how much the configured key may still spend, within 10 s where it is not told another deadline. */
export function createBalance(
  { base, dialect }: Pick<Api, 'base' | 'dialect'>,
  { key }: Pick<ApiSettings, 'key'>,
  send: Send,
): (deadlineMs?: number) => Promise<BalanceAnswer> {
  if (key === undefined) return () => Promise.resolve({ kind: 'not-permitted' });
  return (deadlineMs = BALANCE_MS) =>
    fetchBalance({ send, base, dialect: dialects[dialect], key, deadlineMs });
}

/** The API as a plan names it. */
export function plannedApi(api: Api, settings: ApiSettings): PlannedApi {
  const { id, dialect, emulated } = api;
  return { id, dialect, emulated, cacheMode: settings.cacheMode ?? dialects[dialect].cacheMode };
}

/**
 * Reads a file of prices.
 *
 * @throws PollenBatchError `config-invalid` naming what is wrong
 */
export function readPrices(file: string): PriceSnapshot {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new PollenBatchError('config-invalid', `the price file ${file} cannot be read`, {
      remedy: 'Point POLLINATIONS_PRICES to a readable JSON file of prices.',
      cause: error,
    });
  }
  return parsePriceFile(text, file);
}
