/** Terms of a facility as a caller sends them. */
export const TERMS = {
  name: "Warehouse 1",
  currency: "USD",
  creditor: "Fund One",
  commitment: 5000,
  drawn: 400.5,
  advance_rate: 0.8,
  effective_date: "2026-01-01",
  eligibility: [
    { max_days_past_due: 30 },
    { min_outstanding: 10.25 },
    { max_outstanding: 5000 },
    { max_remaining_days: 400 },
    { max_original_days: 800 },
    { min_seasoning_days: 5 },
    { max_extensions: 2 },
    { no_write_off: true },
    { insured: true },
    { kind_in: ["loan"] },
    { country_in: ["BR", "US"] },
    { country_not_in: ["FR"] },
  ],
  limits: [
    { by: "client_id", max_share: 0.5 },
    { by: "country", max_share: 0.4, values: ["BR", null] },
  ],
  covenants: [
    { code: "par0", max: 0.3 },
    { code: "par30", max: 0.1 },
    { code: "par90", max: 0.05 },
    { code: "largest_client_share", max: 0.9 },
    { code: "average_remaining_days", max: 365.5 },
    { code: "pool_outstanding", min: 500 },
  ],
} as const;

/** A facility without rules, limits and covenants, of all disbursements in USD. */
export const PLAIN = {
  name: "All",
  currency: "USD",
  commitment: 1000000,
  drawn: 0,
  advance_rate: 1,
  effective_date: "2020-01-01",
  eligibility: [],
  limits: [],
  covenants: [],
} as const;
