import { expect, it } from "vitest";
import { Api } from "../support/api.ts";
import { accrualItems, loanIdOf, tenantWithLoans } from "./bulk.ts";
import { accrue, disbursed, entryIdOf, LOAN, posted, refusalOf, reverse } from "./post.ts";
import { loanParts } from "./read-books.ts";
import { expectSoundBooks } from "./stored-books.ts";

const LATE = { accrual_date: "2024-01-20", late: true };

const close = async (api: Api) => {
  const answer = await api.send("PUT", "/v1/closing", { closed_through: "2024-01-31" });
  expect(answer.status, answer.text).toBe(200);
};

it("interest of a closed day is posted late on the first open day, on the principal of its own day", async () => {
  const api = new Api();
  await disbursed(api, { amount_minor: "1000" });
  await posted(api, "payments", { amount_minor: "300", effective_at: "2024-01-25" });
  await close(api);
  const items = [[LOAN, "1000", "7"]] as const;
  expect(refusalOf(await accrue(api, items, { accrual_date: LATE.accrual_date }))).toEqual([
    409,
    "period_closed",
  ]);
  expect(refusalOf(await accrue(api, items, { ...LATE, late: "yes" }))[2]).toBe("late invalid_type");
  const entry = entryIdOf(await accrue(api, items, LATE));
  expect((await api.get(`/v1/journal-entries/${entry}`)).body).toMatchObject({
    effective_at: "2024-02-01",
    value_date: "2024-01-20",
  });
  expect(await loanParts(api, LOAN, "2024-01-31")).toEqual(["700", "0", "0", "0"]);
  expect(await loanParts(api, LOAN, "2024-02-01")).toEqual(["700", "7", "0", "0"]);
  expect(refusalOf(await accrue(api, items, LATE))[2]).toBe("loans.0.loan_id already_accrued");
  entryIdOf(await reverse(api, entry));
  entryIdOf(await accrue(api, items, LATE));
  await expectSoundBooks(api.tenant);
});

it("on an open day late changes nothing", async () => {
  const api = new Api();
  await disbursed(api);
  await close(api);
  const entry = entryIdOf(
    await accrue(api, [[LOAN, "88849", "7"]], { accrual_date: "2024-02-10", late: true }),
  );
  expect((await api.get(`/v1/journal-entries/${entry}`)).body).toMatchObject({
    effective_at: "2024-02-10",
    value_date: "2024-02-10",
  });
});

it("so is a batch of more loans than one group takes, and its reversal", async () => {
  const api = await tenantWithLoans(101);
  await posted(api, "payments", { loan_id: loanIdOf(1), amount_minor: "300", effective_at: "2024-01-25" });
  await close(api);
  const wrong = await accrue(api, accrualItems(101, "700"), LATE);
  expect(wrong.body.errors).toHaveLength(100);
  const entry = entryIdOf(await accrue(api, accrualItems(101), LATE));
  expect((await api.get(`/v1/journal-entries/${entry}`)).body).toMatchObject({ effective_at: "2024-02-01" });
  expect(await loanParts(api, loanIdOf(1), "2024-02-01")).toEqual(["700", "3", "0", "0"]);
  entryIdOf(await reverse(api, entry));
  expect(await loanParts(api, loanIdOf(101))).toEqual(["1000", "0", "0", "0"]);
  await expectSoundBooks(api.tenant);
});
