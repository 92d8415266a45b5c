import { expect, it } from "vitest";
import { POSTING_ROUTES } from "../../../src/contract/routes/postings.ts";

/** What posts nothing, finds an open day by itself, or says at each item that its day is closed. */
const NEVER_CLOSED = ["putBankBalance", "postAccrualCorrection", "postDisbursementSettlements"];

it("every route that posts on a day of its request names period_closed among its problems, once", () => {
  for (const [name, route] of Object.entries(POSTING_ROUTES)) {
    const problems: readonly string[] = "problems" in route ? route.problems : [];
    const expected = NEVER_CLOSED.includes(name) ? 0 : 1;
    expect([name, problems.filter((code) => code === "period_closed").length]).toEqual([name, expected]);
  }
});
