import type { Entry, ImageStep, SeedRule, TextStep, Values } from '../../manifest/job.ts';
import type { Problem } from '../../manifest/problem.ts';
import type { Row } from '../sources/row.ts';

/** Where an item comes from: a place in the job file, or a row of a data file. */
export type ItemPlace = Pick<Problem, 'file' | 'line' | 'column'>;

/** A step with its templates filled in, save those that name other steps. */
export type ExpandedStep = (TextStep | ImageStep) & {
  /** What the templates that are left name, besides `steps`, `each` and `index`; absent where none is left. */
  readonly scope?: Values;
};

/** What an item was made of: its problems are told by it. */
export interface ItemOrigin {
  readonly entry: Entry;
  readonly row?: Row | undefined;
  readonly combination?: Values | undefined;
}

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
  /** Absent for a line of a batch file. */
  readonly origin?: ItemOrigin;
}
