import { describe, expect, it } from "vitest";
import { parseBody } from "../../../src/contract/body.ts";
import { BODIES as SCHEMAS } from "../../../src/contract/ledger/bodies.ts";

const ID = "01a1fa75-1084-7242-984d-ed0000000001";
const loan = { loan_id: ID, borrower_id: ID, currency: "USD", effective_at: "2024-01-31" };

const BODIES = [
  ["fee_waived", "reason", { ...loan, amount_minor: "1", reason: "goodwill" }],
  ["interest_waived", "reason", { ...loan, amount_minor: "1", reason: "goodwill" }],
  ["chargeoff", "reason", { ...loan, reason: "no answer for a year" }],
  [
    "accrual_corrected",
    "reason",
    { accrual_entry_id: ID, loan_id: ID, interest_minor: "1", reason: "wrong rate" },
  ],
  [
    "reversal",
    "reason_description",
    { reverses_entry_id: ID, reason_code: "other", reason_description: "sent twice" },
  ],
] as const;

describe.each(BODIES)("the body of a %s", (type, field, body) => {
  it("takes a reason", () => {
    expect(parseBody(SCHEMAS[type], body).ok).toBe(true);
  });

  it.each(["", " ", " \u00a0\u3000 "])("refuses the blank reason %j", (reason) => {
    expect(parseBody(SCHEMAS[type], { ...body, [field]: reason })).toMatchObject({
      ok: false,
      error: { code: "validation_error", errors: [{ field, code: "invalid_value" }] },
    });
  });
});
