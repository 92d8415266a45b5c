import type { PoolLoan } from "../../../src/domain/facility/pool.ts";
import type { FacilityTerms } from "../../../src/domain/facility/terms.ts";

/** Terms without rules, limits and covenants, in US dollars, with room for all. */
export const OPEN_TERMS: FacilityTerms = {
  name: "Open",
  currency: "USD",
  creditor: null,
  commitment: 1_000_000_00n,
  drawn: 0n,
  advance_rate: "1",
  eligibility: [],
  limits: [],
  covenants: [],
};

/** A disbursement of a pool; `cents` are outstanding. */
export const pooled = (disbursement_id: string, cents: number, others: Partial<PoolLoan> = {}): PoolLoan => ({
  disbursement_id,
  client_id: `client of ${disbursement_id}`,
  outstanding: BigInt(cents),
  days_past_due: 0,
  remaining_days: 100,
  failed: null,
  groups: [],
  ...others,
});
