import { canonicalJson } from '../../canonical-json.ts';
import type { ImageCall, TextCall, WireRequest } from './dialect.ts';

/** Builds an OpenAI-form chat request; `model`, `messages` and the call's seed go over params of the same name. */
export function textRequest(path: string, call: TextCall): WireRequest {
  const seed = call.seed === undefined ? {} : { seed: call.seed };
  const body = { ...call.params, ...seed, model: call.model, messages: call.messages };
  return { method: 'POST', path, body: canonicalJson(body, AS_WRITTEN) };
}

/** Builds an image request: the whole prompt as one path segment, parameters sorted by name. */
export function imageRequest(path: string, call: ImageCall): WireRequest {
  const seed = call.seed === undefined ? {} : { seed: call.seed };
  const params: Record<string, unknown> = { ...call.params, ...seed, model: call.model };
  const query = Object.keys(params)
    .sort()
    .flatMap((name) => {
      const value = queryValue(params[name]);
      return value === undefined ? [] : [`${escapeQuery(name)}=${escapeQuery(value)}`];
    });
  return { method: 'GET', path: `${path}/${encodeURIComponent(call.prompt)}?${query.join('&')}` };
}

/**
 * JSON schemas stay in the author's order: models write the members of structured output in the order of the
 * schema, so sorting it would change the answer.
 */
const AS_WRITTEN: ReadonlySet<string> = new Set(['response_format', 'tools']);

/**
 * Booleans are sent when `true` and left out when `false`: the gateway takes any text, `false` too, as true.
 * Lists (reference images) are joined by `|`, which every era splits at first, as URLs may hold commas.
 */
function queryValue(value: unknown): string | undefined {
  if (value === undefined || value === null || value === false) return undefined;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(String).join('|');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** URLs escape the apostrophe in a query by themselves; doing it here keeps the bytes sent those of the plan. */
function escapeQuery(text: string): string {
  return encodeURIComponent(text).replaceAll("'", '%27');
}
