import { LosslessNumber } from "lossless-json";
import type { Covenant, EligibilityRule, Facility } from "../../domain/facility/terms.ts";
import type { AnswerOf } from "../answer-types.ts";
import { dimensionText } from "../position/groups.ts";
import { amountIn } from "../position/view.ts";
import type { facility as facilityAnswer } from "./answers.ts";

type FacilityJson = AnswerOf<typeof facilityAnswer>["data"];
type Amount = ReturnType<typeof amountIn>;

/** A facility as it is answered (docs/api.md#facilities). */
export function facilityView({ facility_id, sequence, effective_date, terms }: Facility): FacilityJson {
  const amount = amountIn(terms.currency);
  return {
    facility_id,
    name: terms.name,
    currency: terms.currency,
    creditor: terms.creditor,
    commitment: amount(terms.commitment),
    drawn: amount(terms.drawn),
    advance_rate: new LosslessNumber(terms.advance_rate),
    effective_date,
    eligibility: terms.eligibility.map((rule) => ruleView(rule, amount)),
    limits: terms.limits.map(({ by, max_share, values }) => ({
      by: dimensionText(by),
      max_share: new LosslessNumber(max_share),
      ...(values && { values }),
    })),
    covenants: terms.covenants.map((covenant) => covenantView(covenant, amount)),
    sequence,
  };
}

function ruleView(one: EligibilityRule, amount: Amount): FacilityJson["eligibility"][number] {
  if ("member" in one) return { [one.rule]: { member: one.member, values: one.values } };
  if ("values" in one) return { [one.rule]: one.values };
  if (!("bound" in one)) return { [one.rule]: true };
  return { [one.rule]: typeof one.bound === "bigint" ? amount(one.bound) : one.bound };
}

const covenantView = (one: Covenant, amount: Amount): FacilityJson["covenants"][number] =>
  "min" in one
    ? { code: one.code, min: amount(one.min) }
    : { code: one.code, max: new LosslessNumber(one.max) };
