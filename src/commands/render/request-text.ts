import type { PlannedCall, PlannedStep } from '../../plan/plan.ts';
import { plain } from './terminal.ts';
import { plural } from './words.ts';

const WHOLE = Number.POSITIVE_INFINITY;

/** A call as it would be sent: what came from the author or a data file shows as just that text. */
export function requestText(call: PlannedCall | PlannedStep, base: string): readonly string[] {
  const facts = [
    `${call.kind} by ${plain(call.model, 100)}`,
    ...(call.seed === undefined ? [] : [`seed ${call.seed}`]),
    call.maximum === null ? 'no known bound' : `at most ${call.maximum} Pollen`,
    ...('digest' in call ? [`digest ${call.digest}`] : []),
  ];
  return [
    ...('needs' in call ? [stepText(call)] : []),
    `  ${facts.join(', ')}`,
    ...('deferred' in call
      ? [
          '  filled in when the steps before it have answered:',
          ...pretty(JSON.stringify({ ...call.deferred, scope: undefined, timezone: undefined })),
        ]
      : [
          `  ${call.request.method} ${plain(base, WHOLE)}${plain(call.request.path, WHOLE)}`,
          ...(call.request.body === undefined ? [] : pretty(call.request.body)),
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
