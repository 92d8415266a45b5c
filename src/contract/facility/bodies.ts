import * as z from "zod";
import type { DecimalText } from "../../domain/core/decimal.ts";
import { toMinor } from "../../domain/core/money.ts";
import type { FieldErrorCode } from "../../domain/core/problem.ts";
import {
  AMOUNT_RULES,
  COUNT_RULES,
  type Covenant,
  type EligibilityRule,
  FACT_RULES,
  type FacilityTerms,
  LIST_RULES,
} from "../../domain/facility/terms.ts";
import { calendarDate, printable } from "../ledger/values.ts";
import { valueSchema } from "../values.ts";
import { amount, covenants, eligibility, limits, type SentCovenant, type SentRule, share } from "./rules.ts";

const NAME_CHARACTERS_MAX = 200;

/** The path of a facility. */
export const facilityPath = z.object({ facility_id: valueSchema({ type: "id", required: true }) });

const sent = z.strictObject({
  name: printable(NAME_CHARACTERS_MAX).describe("What people call it. It must not be personal."),
  currency: valueSchema({ type: "currency", required: true }) as z.ZodType<string>,
  creditor: (valueSchema({ type: "text", required: true }) as z.ZodType<string>)
    .nullish()
    .describe("The `pledge_creditor` of the disbursements in its pool. Without one, all are in it."),
  commitment: amount.describe("The most that the financier lends."),
  drawn: amount.describe("What is borrowed at present."),
  advance_rate: share.describe("The share of the base that can be borrowed: 0 to 1."),
  effective_date: calendarDate
    .nullish()
    .describe("The day from which these terms hold. Default: the day of the event."),
  eligibility: eligibility.describe("Rules in order: a disbursement counts under the first that it fails."),
  limits: limits.describe("What one group may count for, in the order in which they apply."),
  covenants: covenants.describe("What the financier asks of the whole pool."),
});

type Refuse = (path: readonly (string | number)[], message: string) => void;

/** The terms of a facility: amounts become minor units of its currency (docs/analytics.md#facilities). */
export const facilityBody = sent.transform((body, context) => {
  const refuse: Refuse = (path, message) => {
    const code: FieldErrorCode = "invalid_value";
    context.addIssue({ code: "custom", path: [...path], message, params: { code } });
  };
  const minor = (path: readonly (string | number)[], decimal: DecimalText): bigint => {
    const read = toMinor(decimal, body.currency);
    if (read.ok) return read.value;
    refuse(path, read.error);
    return 0n;
  };
  const terms: FacilityTerms = {
    name: body.name,
    currency: body.currency,
    creditor: body.creditor ?? null,
    commitment: minor(["commitment"], body.commitment),
    drawn: minor(["drawn"], body.drawn),
    advance_rate: body.advance_rate,
    eligibility: body.eligibility.map((one, index) =>
      ruleOf(one, (name, decimal) => minor(["eligibility", index, name], decimal)),
    ),
    limits: body.limits.map(({ values, ...limit }) => ({ ...limit, ...(values && { values }) })),
    covenants: body.covenants.map((one, index) =>
      covenantOf(one, (decimal) => minor(["covenants", index, "min"], decimal)),
    ),
  };
  return { effective_date: body.effective_date ?? null, terms };
});

function ruleOf(one: SentRule, minor: (name: string, decimal: DecimalText) => bigint): EligibilityRule {
  for (const rule of COUNT_RULES) if (one[rule] !== undefined) return { rule, bound: one[rule] };
  for (const rule of AMOUNT_RULES)
    if (one[rule] !== undefined) return { rule, bound: minor(rule, one[rule]) };
  for (const rule of FACT_RULES) if (one[rule] !== undefined) return { rule };
  for (const rule of LIST_RULES) if (one[rule] !== undefined) return { rule, values: one[rule] };
  if (one.info_in !== undefined) return { rule: "info_in", ...one.info_in };
  throw new Error("a checked rule has one member");
}

const covenantOf = (one: SentCovenant, minor: (decimal: DecimalText) => bigint): Covenant =>
  one.code === "pool_outstanding" ? { code: one.code, min: minor(one.min) } : one;
