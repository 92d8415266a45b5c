import type { EligibilityRule } from "./terms.ts";

/** What rules of eligibility ask of a disbursement as of a day; amounts in minor units. */
export interface LoanFacts {
  readonly kind: string;
  readonly outstanding: bigint;
  readonly days_past_due: number;
  /** To its maturity, at least 0; null without one. */
  readonly remaining_days: number | null;
  /** From its start to the maturity that was first agreed; null without one. */
  readonly original_days: number | null;
  /** Since its start. */
  readonly seasoning_days: number;
  /** Changes up to the day that moved the maturity later. */
  readonly extensions: number;
  /** Of principal, as far as no raise has undone it. */
  readonly written_off: bigint;
  readonly insurer_name: string | null;
  readonly country: string | null;
  readonly info: ReadonlyMap<string, string>;
}

/** The index of the first rule that a disbursement fails; null: it is eligible (docs/analytics.md#eligibility). */
export function firstFailed(facts: LoanFacts, rules: readonly EligibilityRule[]): number | null {
  const index = rules.findIndex((rule) => fails(facts, rule));
  return index === -1 ? null : index;
}

function fails(facts: LoanFacts, rule: EligibilityRule): boolean {
  switch (rule.rule) {
    case "max_days_past_due":
      return facts.days_past_due > rule.bound;
    case "min_outstanding":
      return facts.outstanding < rule.bound;
    case "max_outstanding":
      return facts.outstanding > rule.bound;
    case "max_remaining_days":
      return facts.remaining_days !== null && facts.remaining_days > rule.bound;
    case "max_original_days":
      return facts.original_days !== null && facts.original_days > rule.bound;
    case "min_seasoning_days":
      return facts.seasoning_days < rule.bound;
    case "max_extensions":
      return facts.extensions > rule.bound;
    case "no_write_off":
      return facts.written_off > 0n;
    case "insured":
      return facts.insurer_name === null;
    case "kind_in":
      return !isListed(rule.values, facts.kind);
    case "country_in":
      return !isListed(rule.values, facts.country);
    case "country_not_in":
      return isListed(rule.values, facts.country);
    case "info_in":
      return !isListed(rule.values, facts.info.get(rule.member) ?? null);
  }
}

/** What is not known is in no list. */
const isListed = (values: readonly string[], value: string | null): boolean =>
  value !== null && values.includes(value);
