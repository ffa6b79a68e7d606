import type { Schedule } from './schedule.ts';
import type { ModelProblemCode, ParamProblemCode, Place, Problem, PromptProblemCode } from './problem.ts';

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

/** Way from the job file's root to a value in it, such as `['items', 3, 'params', 'width']`. */
export type FilePath = readonly (string | number)[];

/** One message of a chat, as the OpenAI API takes it; keys beyond these two pass through as written. */
export interface Message {
  readonly role: 'system' | 'developer' | 'user' | 'assistant' | 'tool';
  /** Text, or a list of parts (text, image_url, …). */
  readonly content: string | readonly unknown[];
  readonly [key: string]: unknown;
}

/** What an item asks for. */
export type ItemKind = 'text' | 'image';

/**
 * Where a call's seed comes from: pinned, one of a list for each sample, drawn from the job (`stable`), or from the run
 * too (`fresh`).
 */
export type SeedRule = number | readonly number[] | 'stable' | 'fresh';

/** Every combination of the axes' values, less `exclude`, with `include` added: as GitHub Actions does it. */
export interface Matrix {
  readonly axes: Readonly<Record<string, readonly JsonValue[]>>;
  readonly include: readonly Values[];
  readonly exclude: readonly Values[];
}

/** Format of a data file; by its extension where the author says nothing. */
export type DataFormat = 'csv' | 'jsonl' | 'json' | 'yaml' | 'text';

/** Where an entry's rows come from. */
export interface DataSource {
  /** A path or glob below the job's folder, or `s3://bucket/key`. */
  readonly path: string;
  readonly format?: DataFormat;
}

/** Which rows of a source become items: the range, of these the equal ones, of these the first or a sample. */
export interface Select {
  /** First and last row, counted from 1. */
  readonly rows?: readonly [number, number];
  readonly where?: Readonly<Record<string, string | number | boolean | null>>;
  readonly first?: number;
  readonly sample?: { readonly count: number; readonly seed: number };
}

/** What a text call's answer must be. */
export interface Output {
  readonly format: 'text' | 'json';
  /** JSON Schema of the answer: written out, or a file below the job's folder. */
  readonly schema?: Values | { readonly file: string };
  /** Further calls that may mend an answer that does not fit. */
  readonly repair: number;
}

/** What an image must be to count as a result. */
export interface ImageExpectation {
  readonly width?: number;
  readonly height?: number;
  readonly type?: 'png' | 'jpeg' | 'webp' | 'gif' | 'svg';
}

interface StepBase {
  /** Name that later steps know it by; absent on the only call of a plain item. */
  readonly id?: string;
  /**
   * The item's own parameters over the defaults; always with `model`, with `seed` where the step pins one. Under `extra`,
   * where there are any, those that the API does not document, to be sent beside the others as they are. Texts in it may
   * be templates.
   */
  readonly params: Readonly<Record<string, unknown>>;
  /** Ids of the steps that come before it, those that its templates name among them. */
  readonly needs: readonly string[];
  /** One call for each element of a list that an earlier step returned. */
  readonly forEach?: {
    readonly step: string;
    /** Way to the list in that step's JSON. */
    readonly path: readonly (string | number)[];
    readonly max: number;
  };
  /** Where it stands in the job file. */
  readonly path: FilePath;
}

/** A call of a text model. */
export interface TextStep extends StepBase {
  readonly kind: 'text';
  readonly messages: readonly Message[];
  /** URLs, files below the job's folder, or `{{ steps.<id>.image }}`: put after the last user message. */
  readonly images?: readonly string[];
  readonly output?: Output;
}

/** A call of an image model. */
export interface ImageStep extends StepBase {
  readonly kind: 'image';
  readonly prompt: string;
  readonly expect?: ImageExpectation;
}

/** One call of an item. */
export type Step = TextStep | ImageStep;

/**
 * What one entry of `items` stands for: a row for each combination of its matrix, row of its source and sample.
 * Templates stand as they were written.
 */
export interface Entry {
  /** As the author gave it, perhaps a template; without one an item is named by its number. */
  readonly id?: string;
  readonly matrix?: Matrix;
  readonly from?: DataSource;
  readonly select?: Select;
  /** Items for each row, each with a seed of its own. */
  readonly samples?: number;
  readonly seed?: SeedRule;
  /** The calls in the author's order; one without an id for a plain item. */
  readonly steps: readonly Step[];
  /** Where it stands in the job file. */
  readonly path: FilePath;
}

/** Most that something may cost, and what then happens. */
export interface Budget {
  /** Decimal Pollen. */
  readonly amount: string;
  /** `pause` until somebody allows more, or `stop` for good. */
  readonly onExceeded: 'pause' | 'stop';
}

/** The first items of a job, made alone before the others are. */
export interface Canary {
  readonly items: number;
  /** Who lets the others go on: the rule, where it is kept, or a person in any case. */
  readonly approve: 'auto' | 'manual';
  /** Share of these items that may fail, 0 to 1. */
  readonly maxFailureRate: number;
  /** Most that they may cost together, decimal Pollen. @default no limit */
  readonly maxCost?: string;
}

/** When a run ends because its items fail. */
export interface FailFast {
  /** Share that has failed, above 0 and up to 1. */
  readonly rate: number;
  /** Of how many items that ended last. */
  readonly window: number;
}

/** What may be told of a job's runs. */
export const noticeEvents = ['completed', 'failed', 'paused', 'budget', 'missed'] as const;

/** One of these. */
export type NoticeEvent = (typeof noticeEvents)[number];

/** Whom to tell what. */
export interface Notify {
  readonly url: string;
  readonly on: readonly NoticeEvent[];
}

/** A file in the form of OpenAI's Batch API, of which every line is an item. */
export interface BatchSource {
  /** The file's name, in the folder of the job. */
  readonly path: string;
  /** Of its bytes. */
  readonly sha256: string;
  /** Takes the place of the model that each line names. */
  readonly model?: string;
}

/** A job as the rest of the product sees it: shorthands spread out, defaults merged in, nothing filled in yet. */
/** How a run stands among others that want the same rate. */
export type Priority = 'low' | 'normal' | 'high' | 'urgent';

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
  readonly limits?: { readonly concurrency?: number };
  /** Most that a run may cost. */
  readonly budget?: Budget;
  /** `free-only`: no model that costs something may be asked. @default 'any' */
  readonly spend?: 'any' | 'free-only';
  /** Items to make alone before the others. */
  readonly canary?: Canary;
  /** Time a run may take, in milliseconds. */
  readonly deadline?: number;
  /** Ends a run whose items fail. */
  readonly failFast?: FailFast;
  readonly priority?: Priority;
  /** Who is told what becomes of its runs. */
  readonly notify?: readonly Notify[];
  /** Take over what earlier runs of the job have got for the same requests. */
  readonly reuse?: boolean;
  /** Make calls whose price nobody knows too. */
  readonly allowUnpriced?: boolean;
  /** Seeds of items that say nothing themselves. */
  readonly seed?: 'stable' | 'fresh';
  readonly vars?: Values;
  /** Of the whole job: every entry is made for each combination. */
  readonly matrix?: Matrix;
  /** What a batch file is in place of entries. */
  readonly batch?: BatchSource;
  readonly entries: readonly Entry[];
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

/** What the API's list of models says about one call. */
export interface ModelProblem {
  readonly code: ModelProblemCode;
  readonly message: string;
  /** The parameter that it is about, or the pictures that are shown beside them. */
  readonly param: string;
  /** Set when the call can be made all the same. */
  readonly isWarning?: true;
}

/** The API's own rules, injected: the manifest knows the file's language, not what a model takes. */
export interface JobChecks {
  /** Every unknown or wrong parameter of a call, `model` and `seed` among them. */
  readonly paramProblems: (kind: ItemKind, params: Record<string, unknown>) => readonly ParamProblem[];
  /** Why a prompt cannot be sent, if it cannot; an image's travels in a path, which takes less. */
  readonly promptProblem: (prompt: string, kind: ItemKind) => PromptProblem | undefined;
  /** What does not fit a call's model; absent where no list of models is at hand. */
  readonly modelProblems?: (
    kind: ItemKind,
    params: Readonly<Record<string, unknown>>,
    hasPictures: boolean,
  ) => readonly ModelProblem[];
}

/** A job, or everything that is wrong with its file in the order of the file. */
export type LoadedJob =
  | {
      readonly job: Job;
      readonly warnings: readonly Problem[];
      /** Where a value stands in the file; the nearest place above one that is left out. */
      readonly placeOf: (path: FilePath) => Place;
    }
  | {
      readonly problems: readonly Problem[];
      /** What is right about the file, to be looked into for further problems; absent where that is nothing. */
      readonly rest?: { readonly job: Job; readonly placeOf: (path: FilePath) => Place };
    };
