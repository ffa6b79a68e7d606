import { isObject } from '../../json.ts';
import type { JsonValue, Values } from '../../manifest/job.ts';
import type { TemplateName, TemplateScope } from '../../manifest/template.ts';

/** What is known only once other steps have run. */
const later: ReadonlySet<string | number> = new Set(['steps', 'each', 'index']);

/** Whether any of the names is known only once other steps have run. */
export function isDeferred(names: readonly TemplateName[]): boolean {
  return names.some(([root]) => root !== undefined && later.has(root));
}

/** Of the scope, what the names name, so that a template can be filled in later with nothing else at hand. */
export function pickScope(names: readonly TemplateName[], scope: TemplateScope): Values {
  const picked: Record<string, JsonValue> = {};
  for (const name of names) {
    const [root] = name;
    if (root !== undefined && !later.has(root)) copy(name, scope, picked);
  }
  return picked;
}

function copy(name: TemplateName, from: TemplateScope, to: Record<string, JsonValue>): void {
  const [part = '', ...below] = name;
  if (!Object.hasOwn(from, part)) return;
  const value = from[part] as JsonValue;
  if (below.length === 0 || !isObject(value)) {
    to[part] = value;
    return;
  }
  const known = Object.hasOwn(to, part) ? to[part] : {};
  // The whole of it may be there already.
  if (known === value) return;
  const nested = { ...(known as Record<string, JsonValue>) };
  copy(below, value, nested);
  to[part] = nested;
}
