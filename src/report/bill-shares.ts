/** Attempts of one fate, and their charges in decimal Pollen. */
export interface BillShare {
  readonly attempts: number;
  readonly pollen: string;
}

/** What cost nothing, at its price. */
export interface Saving extends BillShare {
  /** Of these, answers whose price nothing tells. */
  readonly unpriced: number;
}
