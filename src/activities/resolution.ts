import type { FailedRecord } from '../records/record.ts';
import type { ResolvedCall } from './item-record.ts';
import type { StepImage } from '../records/kept-request.ts';

/** A call with its bytes, or the fault of one that cannot be made. */
export interface Resolution {
  readonly call: ResolvedCall;
  /** Set when its bytes have just been kept for the first time, so that nothing can have been sent before. */
  readonly isNew?: true;
  /** Objects of earlier steps that the request carries, by sha256; all others are the run's inputs. */
  readonly images?: Readonly<Record<string, StepImage>>;
  readonly fault?: FailedRecord['fault'];
}
