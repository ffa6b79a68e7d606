import type { EndState } from '../records/outcome.ts';

/** One metric of ours, as workers expose it besides those of the Temporal SDK. */
interface Metric {
  /** `level` is a gauge that goes up and down by what is added to it. */
  readonly kind: 'counter' | 'gauge' | 'level' | 'histogram';
  /** Without the `_total` that the endpoint puts behind the name of a counter. */
  readonly name: string;
  readonly help: string;
  /** None of them tells runs or items apart: each value is a series that lives as long as the worker. */
  readonly labels: readonly string[];
  /** What its labels may be, where that is known: such series are there from the start, as Prometheus sees no rise to a first value. */
  readonly known?: Readonly<Record<string, readonly string[]>>;
  /** Upper bounds of a histogram's buckets. No other histogram's name may have this one's in it. */
  readonly buckets?: readonly number[];
}

const ENDS: readonly EndState[] = ['completed', 'completed_with_failures', 'stopped', 'expired', 'failed'];
const KINDS = ['text', 'image'];
const WAITS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];
// Those that the conventions of OpenTelemetry give, and two more: images may take five minutes.
const DURATIONS = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92, 163.84, 327.68,
];
const TOKENS = [1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304];
const GEN_AI = ['gen_ai_operation_name', 'gen_ai_provider_name', 'gen_ai_request_model'] as const;

/** Every metric of ours. Money is in nanopollen, 10⁻⁹ Pollen, since counters hold whole numbers. */
export const metrics = {
  worker: {
    kind: 'gauge',
    name: 'pollen_batch_worker_info',
    help: 'Always 1: the API that the worker calls, and whether it is the emulator',
    labels: ['api', 'emulated'],
  },
  items: {
    kind: 'counter',
    name: 'pollen_batch_items',
    help: 'Items by how they ended; a reused one was taken over from an earlier run',
    labels: ['state', 'kind'],
    known: { state: ['succeeded', 'reused', 'failed', 'cancelled', 'expired'], kind: KINDS },
  },
  failures: {
    kind: 'counter',
    name: 'pollen_batch_item_failures',
    help: 'Failed items by the code of what went wrong',
    labels: ['code'],
  },
  runs: {
    kind: 'counter',
    name: 'pollen_batch_runs',
    help: 'Runs by how they ended',
    labels: ['state'],
    known: { state: ENDS },
  },
  attempts: {
    kind: 'counter',
    name: 'pollen_batch_attempts',
    help: 'Attempts at calls by how they ended: answered, or the code of the fault',
    labels: ['code', 'kind', 'model'],
  },
  settled: {
    kind: 'counter',
    name: 'pollen_batch_settled_nanopollen',
    help: 'Known charges of items that have ended, in 1e-9 Pollen',
    labels: ['model'],
  },
  unknown: {
    kind: 'counter',
    name: 'pollen_batch_unknown_nanopollen',
    help: 'The most that charges of ended items may come to which nobody knows, in 1e-9 Pollen',
    labels: ['model'],
  },
  unknownCharges: {
    kind: 'counter',
    name: 'pollen_batch_unknown_charges',
    help: 'Attempts of ended items that may have been charged, those without a bound among them',
    labels: ['model'],
  },
  held: {
    kind: 'level',
    name: 'pollen_batch_held_nanopollen',
    help: 'The most that calls in flight from this worker may cost, in 1e-9 Pollen',
    labels: [],
  },
  laneRate: {
    kind: 'gauge',
    name: 'pollen_batch_lane_rate_limit',
    help: 'Calls a second that the lane may start now, over all workers; +Inf where there is no limit',
    labels: ['lane'],
  },
  lanePlaces: {
    kind: 'gauge',
    name: 'pollen_batch_lane_places',
    help: 'Calls that the lane may have in flight from this worker',
    labels: ['lane'],
  },
  lanePhase: {
    kind: 'gauge',
    name: 'pollen_batch_lane_phase',
    help: '1 for what the lane is doing: running, quiet, held, paused, probing, or by-hand',
    labels: ['lane', 'phase'],
  },
  sent: {
    kind: 'counter',
    name: 'pollen_batch_lane_calls',
    help: 'Calls that this worker has sent',
    labels: ['lane'],
  },
  inFlight: {
    kind: 'level',
    name: 'pollen_batch_lane_in_flight',
    help: 'Calls of this worker that the API works at',
    labels: ['lane'],
  },
  atHand: {
    kind: 'level',
    name: 'pollen_batch_lane_at_hand',
    help: 'Calls that wait at the gate of this worker for their turn',
    labels: ['lane'],
  },
  gateWait: {
    kind: 'histogram',
    name: 'pollen_batch_lane_gate_wait_seconds',
    help: 'Time that calls waited at the gate, until they were sent or taken back',
    labels: ['lane'],
    buckets: WAITS,
  },
  sentBytes: {
    kind: 'counter',
    name: 'pollen_batch_sent_bytes',
    help: 'Bytes of paths and bodies of calls',
    labels: [],
  },
  receivedBytes: {
    kind: 'counter',
    name: 'pollen_batch_received_bytes',
    help: 'Bytes of the bodies that calls got, as they came',
    labels: [],
  },
  heldAnswers: {
    kind: 'level',
    name: 'pollen_batch_held_answers',
    help: 'Paid answers that the store does not take now',
    labels: [],
  },
  heldBytes: {
    kind: 'level',
    name: 'pollen_batch_held_answers_bytes',
    help: 'Bytes of paid answers that the store does not take now',
    labels: [],
  },
  duration: {
    kind: 'histogram',
    name: 'gen_ai_client_operation_duration_seconds',
    help: 'Time of a call from its first byte sent to the last received (OpenTelemetry gen_ai.client.operation.duration)',
    labels: [...GEN_AI, 'error_type'],
    buckets: DURATIONS,
  },
  tokens: {
    kind: 'histogram',
    name: 'gen_ai_client_token_usage',
    help: 'Tokens of a text call (OpenTelemetry gen_ai.client.token.usage)',
    labels: [...GEN_AI, 'gen_ai_token_type'],
    buckets: TOKENS,
  },
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricName = keyof typeof metrics;

/** The metrics as a list. */
export const metricList: readonly (Metric & { readonly key: MetricName })[] = Object.entries(metrics).map(
  ([key, metric]) => ({ key: key as MetricName, ...metric }),
);

/** Bounds of the buckets of our histograms, by name. */
export function buckets(): Record<string, number[]> {
  return Object.fromEntries(
    metricList.flatMap(({ name, buckets: bounds }) => (bounds === undefined ? [] : [[name, [...bounds]]])),
  );
}

/** Name of a metric as the endpoint has it. */
export function exposedName({ kind, name }: Pick<Metric, 'kind' | 'name'>): string {
  return kind === 'counter' ? `${name}_total` : name;
}
