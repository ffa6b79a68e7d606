import type { DeferredRequest, PlannedCall, PlannedStep } from '../../plan/plan.ts';
import type { WireRequest } from '../../pollinations/dialects/dialect.ts';
import { plain } from './terminal.ts';
import { plural } from './words.ts';

const WHOLE = Number.POSITIVE_INFINITY;

/** A call as it would be sent: what came from the author or a data file shows as just that text. */
export function requestText(call: PlannedCall | PlannedStep, base: string): readonly string[] {
  return [...('needs' in call ? [stepText(call)] : []), ...callText(call, base)];
}

/** What a call sends, or what that is filled in from. */
export type ShownCall = Pick<PlannedCall, 'kind' | 'model' | 'seed' | 'maximum'> & {
  readonly digest?: string;
  readonly request?: WireRequest;
  readonly deferred?: DeferredRequest;
};

/** The same, whichever call of its item it is. */
export function callText(call: ShownCall, base: string): readonly string[] {
  const { request, deferred } = call;
  const facts = [
    `${call.kind} by ${plain(call.model, 100)}`,
    ...(call.seed === undefined ? [] : [`seed ${call.seed}`]),
    call.maximum === null ? 'no known bound' : `at most ${call.maximum} Pollen`,
    ...(call.digest === undefined ? [] : [`digest ${call.digest}`]),
  ];
  return [
    `  ${facts.join(', ')}`,
    ...(deferred === undefined
      ? []
      : [
          '  filled in when the steps before it have answered:',
          ...pretty(JSON.stringify({ ...deferred, scope: undefined, timezone: undefined })),
        ]),
    ...(request === undefined
      ? []
      : [
          `  ${request.method} ${plain(base, WHOLE)}${plain(request.path, WHOLE)}`,
          ...(request.body === undefined ? [] : pretty(request.body)),
        ]),
  ];
}

function stepText({ id, forEach, repair = 0 }: PlannedStep): string {
  const each = forEach === undefined ? '' : `, for each of ${forEach.max} entries at most`;
  const mend = repair === 0 ? '' : `, mended by at most ${plural(repair, 'further call')}`;
  return `  step ${plain(id)}${each}${mend}:`;
}

function pretty(json: string): readonly string[] {
  return JSON.stringify(JSON.parse(json), null, 2)
    .split('\n')
    .map((line) => `  ${plain(line, WHOLE)}`);
}
