import type { Schedule } from './schedule.ts';
import type { ParamProblemCode, Place, Problem, PromptProblemCode } from './problem.ts';

/** A value as JSON has it. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** Named values, as `vars`, a combination of a matrix or a row of a table has them. */
export type Values = Readonly<Record<string, JsonValue>>;

/** One message of a chat, as the OpenAI API takes it; keys beyond these two pass through as written. */
export interface Message {
  readonly role: 'system' | 'developer' | 'user' | 'assistant' | 'tool';
  /** Text, or a list of parts (text, image_url, …). */
  readonly content: string | readonly unknown[];
  readonly [key: string]: unknown;
}

interface ItemBase {
  /** As the author gave it; without one the item is named by its number, see `automaticId`. */
  readonly id: string | undefined;
  /** The item's own parameters over the defaults; always with `model`, with `seed` where the author pinned one. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Where the item stands in the job file. */
  readonly place: Place;
}

/** An item that asks a text model. */
export interface TextItem extends ItemBase {
  readonly kind: 'text';
  readonly messages: readonly Message[];
}

/** An item that asks an image model. */
export interface ImageItem extends ItemBase {
  readonly kind: 'image';
  readonly prompt: string;
}

/** One row of the job: shorthands expanded, defaults merged in; templates stand as they were written. */
export type JobItem = TextItem | ImageItem;

/** What an item asks for. */
export type ItemKind = JobItem['kind'];

/** A job as the rest of the product sees it, whatever shorthands its author used. */
export interface Job {
  readonly version: 1;
  readonly name: string;
  readonly description?: string;
  /** What to find the job's runs by. */
  readonly labels?: Readonly<Record<string, string>>;
  /** When the job runs by itself; no part of what a run does. */
  readonly schedule?: Schedule;
  /** Zone of `{{ run.date }}`, where it is not UTC. */
  readonly timezone?: string;
  readonly items: readonly JobItem[];
}

/** What the API says about one parameter. */
export interface ParamProblem {
  readonly param: string;
  readonly code: ParamProblemCode;
  readonly message: string;
}

/** What the API says about one prompt. */
export interface PromptProblem {
  readonly code: PromptProblemCode;
  readonly message: string;
}

/** The API's own rules, injected: the manifest knows the file's language, not what a model takes. */
export interface JobChecks {
  /** Every unknown or wrong parameter of a call, `model` and `seed` among them. */
  readonly paramProblems: (kind: ItemKind, params: Record<string, unknown>) => readonly ParamProblem[];
  /** Why a prompt cannot be sent, if it cannot; an image's travels in a path, which takes less. */
  readonly promptProblem: (prompt: string, kind: ItemKind) => PromptProblem | undefined;
}

/** A job, or everything that is wrong with its file in the order of the file. */
export type LoadedJob =
  | { readonly job: Job; readonly warnings: readonly Problem[] }
  | { readonly problems: readonly Problem[] };
