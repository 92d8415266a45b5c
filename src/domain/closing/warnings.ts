export const WARNING_CODES = [
  "suspense_not_zero",
  "clearing_not_zero",
  "bank_difference",
  "open_exceptions",
  "accruals_missing",
] as const;

/** What is unfinished in the books that are closed; it hinders nothing (docs/ledger.md#closed-periods). */
export interface Warning {
  readonly code: (typeof WARNING_CODES)[number];
  readonly count?: number;
  /** Minor units as text. */
  readonly amount_minor?: string;
  readonly currency?: string;
  /** There may be more than `count`: not all loans were examined. */
  readonly more?: true;
}
