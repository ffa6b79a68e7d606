import type { ImageStep, SeedRule, TextStep, Values } from '../../manifest/job.ts';
import type { Problem } from '../../manifest/problem.ts';

/** Where an item comes from: a place in the job file, or a row of a data file. */
export type ItemPlace = Pick<Problem, 'file' | 'line' | 'column'>;

/** A step with its templates filled in, save those that name other steps. */
export type ExpandedStep = (TextStep | ImageStep) & {
  /** What the templates that are left name, besides `steps`, `each` and `index`; absent where none is left. */
  readonly scope?: Values;
};

/** One row of the job. */
export interface ExpandedItem {
  /** Position in the job, from 1. */
  readonly number: number;
  /** As given by its author, templates filled in; without one its number names it. */
  readonly id?: string;
  readonly customId?: string;
  /** Which sample of its row it is, from 1; absent where there is one only. */
  readonly sample?: number;
  /** Values of its matrix and its row, for the results. */
  readonly vars?: Values;
  readonly seed?: SeedRule;
  readonly steps: readonly ExpandedStep[];
  readonly place: ItemPlace;
}
