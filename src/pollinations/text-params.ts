import {
  boolean,
  either,
  integer,
  listOf,
  modelName,
  number,
  object,
  oneOf,
  type ParamRule,
  seed,
  text,
  unsupported,
} from './param-rule.ts';

/**
 * The body members of a chat call, from the API's own schema (`src/schemas/openai.ts`). Those that would make an
 * answer no batch can book (streams, several choices) are known, but refused with the way to do it here.
 */
export const textParams: Readonly<Record<string, ParamRule>> = {
  model: modelName,
  seed: seed(Number.MAX_SAFE_INTEGER),
  temperature: number(0, 2),
  top_p: number(0, 1),
  frequency_penalty: number(-2, 2),
  presence_penalty: number(-2, 2),
  repetition_penalty: number(0, 2),
  max_tokens: integer(0),
  stop: either(isNull, text, listOf(text, 4)),
  n: (value) => (value === 1 ? undefined : 'may only be 1: use `samples` for several answers'),
  stream: (value) => (value === false ? undefined : 'may only be false: results are stored whole'),
  stream_options: () => 'goes with streams, and results are stored whole',
  response_format: responseFormat,
  tools: listOf(object, 128),
  tool_choice: either(object, oneOf('none', 'auto', 'required')),
  parallel_tool_calls: boolean,
  functions: listOf(object, 128),
  function_call: either(object, oneOf('none', 'auto')),
  logprobs: boolean,
  top_logprobs: integer(0, 20),
  logit_bias: object,
  user: text,
  modalities: (value) => listOf(oneOf('text', 'audio'), 2)(value) ?? textAlone(value),
  audio: unsupported('audio'),
  thinking: object,
  thinking_budget: integer(0),
  reasoning_effort: oneOf('none', 'minimal', 'low', 'medium', 'high', 'xhigh'),
};

function textAlone(value: unknown): string | undefined {
  const hasAudio = Array.isArray(value) && value.includes('audio');
  return hasAudio ? 'may only be [text]: audio is not supported yet' : undefined;
}

function isNull(value: unknown): string | undefined {
  return value === null ? undefined : 'must be null';
}

function responseFormat(value: unknown): string | undefined {
  const problem = object(value);
  if (problem !== undefined) return problem;
  const { type, json_schema: schema } = value as Readonly<Record<string, unknown>>;
  const typeProblem = oneOf('text', 'json_object', 'json_schema')(type);
  if (typeProblem !== undefined) return `has a "type" that ${typeProblem}`;
  if (type === 'json_schema' && object(schema) !== undefined) return 'needs a "json_schema" with its type';
  return undefined;
}
