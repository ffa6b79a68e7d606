import { parseAmount } from '../pollen/amount.ts';
import type { AttemptRecord, ItemRecord } from '../records/record.ts';
import type { Records } from '../records/record-store.ts';
import type { Meters } from './meters.ts';
import { nanopollen } from './nanopollen.ts';
import type { Telemetry } from './telemetry.ts';

/**
 * Counts the items whose records this worker is the first to write, and what they cost. Since a record is put once, all
 * workers together count each item once.
 */
export function watchRecords(records: Records, { meters, logger }: Telemetry): Records {
  return {
    read: (key) => records.read(key),
    readKept: (key) => records.readKept(key),
    async write(key, record, thumbnail) {
      const counted = await records.write(key, record, thumbnail);
      // A step's record goes into that of its item.
      if (counted !== record || 'part' in record) return counted;
      countCharges(meters, record);
      // Its run has ended, and counted it already.
      if (key.includes(`/${record.runId}/late/`)) return counted;
      meters.items(1, { state: stateOf(record), kind: record.kind });
      if (record.status === 'failed') {
        const { runId: run, id: item, model, fault } = record;
        const { code } = fault;
        meters.failures(1, { code });
        logger.info({ run, item, model, code, attempts: record.attempts.length }, 'item failed');
      }
      return counted;
    },
  };
}

/** Counts what attempts were charged, or may have been. */
export function countCharges(
  meters: Meters,
  { attempts, model: only }: { readonly attempts: readonly AttemptRecord[]; readonly model: string },
): void {
  for (const { charge, model = only } of attempts) {
    const amount = charge.amount === null ? 0n : parseAmount(charge.amount);
    if (charge.certainty === 'exact') meters.settled(nanopollen(amount), { model });
    if (charge.certainty !== 'unknown') continue;
    meters.unknown(nanopollen(amount), { model });
    meters.unknownCharges(1, { model });
  }
}

function stateOf({ status, reused }: ItemRecord): string {
  return reused === undefined ? status : 'reused';
}
