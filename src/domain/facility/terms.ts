import type { Dimension } from "../analytics/dimensions.ts";
import type { Day } from "../core/dates.ts";
import type { DecimalText } from "../core/decimal.ts";

/** Rules that compare a number of days, or of extensions, with a bound. */
export const COUNT_RULES = [
  "max_days_past_due",
  "max_remaining_days",
  "max_original_days",
  "min_seasoning_days",
  "max_extensions",
] as const;

/** Rules that compare outstanding principal with a bound. */
export const AMOUNT_RULES = ["min_outstanding", "max_outstanding"] as const;

/** Rules that ask for a fact. */
export const FACT_RULES = ["no_write_off", "insured"] as const;

/** Rules that ask for a value of a list. */
export const LIST_RULES = ["kind_in", "country_in", "country_not_in"] as const;

/** One rule of eligibility (docs/analytics.md#facilities); amounts in minor units. */
export type EligibilityRule =
  | { readonly rule: (typeof COUNT_RULES)[number]; readonly bound: number }
  | { readonly rule: (typeof AMOUNT_RULES)[number]; readonly bound: bigint }
  | { readonly rule: (typeof FACT_RULES)[number] }
  | { readonly rule: (typeof LIST_RULES)[number]; readonly values: readonly string[] }
  | { readonly rule: "info_in"; readonly member: string; readonly values: readonly string[] };

/** What one group may count for at most, as a share of all that is eligible. */
export interface ConcentrationLimit {
  readonly by: Dimension;
  /** From 0 to 1. */
  readonly max_share: DecimalText;
  /** The groups that the limit is about, null for those without a value; absent: every group. */
  readonly values?: readonly (string | null)[];
}

/** Figures of the pool that may not exceed a bound. */
export const MAX_COVENANTS = [
  "par0",
  "par30",
  "par90",
  "largest_client_share",
  "average_remaining_days",
] as const;

/** What the financier asks of the whole pool; amounts in minor units. */
export type Covenant =
  | { readonly code: (typeof MAX_COVENANTS)[number]; readonly max: DecimalText }
  | { readonly code: "pool_outstanding"; readonly min: bigint };

/** What a financier has agreed to; amounts in minor units of `currency`. */
export interface FacilityTerms {
  readonly name: string;
  readonly currency: string;
  /** The creditor to whom the disbursements of the pool are pledged; null: all disbursements. */
  readonly creditor: string | null;
  readonly commitment: bigint;
  readonly drawn: bigint;
  /** From 0 to 1. */
  readonly advance_rate: DecimalText;
  readonly eligibility: readonly EligibilityRule[];
  readonly limits: readonly ConcentrationLimit[];
  readonly covenants: readonly Covenant[];
}

/** A facility as one event left it. */
export interface Facility {
  readonly facility_id: string;
  readonly sequence: number;
  /** The day from which the terms hold. */
  readonly effective_date: Day;
  readonly terms: FacilityTerms;
}
