import type { ActRequest, PauseRequest, ResumeRequest } from './messages.ts';
import { isPauseReason } from './pauses.ts';

// Anybody may signal a run, from the Temporal UI too, with anything or nothing at all. A handler that cannot read it would
// fail each step of the run from then on.

/** What somebody says about what he does, as far as it can be read. */
export function heardAct(told: unknown): ActRequest {
  return { ...text('reason', told) };
}

/** Why a run is to pause; `undefined` where that is no reason it knows. */
export function heardPause(told: unknown): PauseRequest | undefined {
  const reason = field('reason', told);
  if (!isPauseReason(reason)) return undefined;
  const status = field('status', told);
  return {
    reason,
    ...text('detail', told),
    ...text('holder', told),
    ...(typeof status === 'number' ? { status } : {}),
  };
}

/** What may go on, all that a person can lift where nothing is named; `undefined` where that is no reason it knows. */
export function heardResume(told: unknown): ResumeRequest | undefined {
  const reason = field('reason', told) ?? undefined;
  if (reason !== undefined && !isPauseReason(reason)) return undefined;
  return {
    ...(reason === undefined ? {} : { reason }),
    ...text('holder', told),
    ...text('detail', told),
  };
}

function field(name: string, told: unknown): unknown {
  if (typeof told !== 'object' || told === null) return undefined;
  return Reflect.get(told, name) as unknown;
}

function text<Name extends string>(name: Name, told: unknown): { readonly [Key in Name]?: string } {
  const value = field(name, told);
  return (typeof value === 'string' ? { [name]: value } : {}) as { readonly [Key in Name]?: string };
}
