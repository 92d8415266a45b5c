import { describe, expect, it } from "vitest";
import { Api, newKey } from "../support/api.ts";
import {
  accrue,
  BORROWER,
  DAY,
  disbursed,
  entryIdOf,
  LOAN,
  posted,
  postTo,
  refusalOf,
  reverse,
} from "./post.ts";
import { accountSums, entryLines, loanParts } from "./read-books.ts";
import { expectSoundBooks, storedBooks } from "./stored-books.ts";

const OTHER = "44444444-4444-4444-8444-444444444444";
const UNKNOWN = "019a0000-0000-7000-8000-000000000000";

const correct = (api: Api, accrual_entry_id: string, change: object = {}, key = newKey()) =>
  api.post(
    "/v1/accruals/corrections",
    { accrual_entry_id, loan_id: LOAN, interest_minor: "80", reason: "Rate of the day", ...change },
    key,
  );

/** Two loans with interest of 100 and 30 for `DAY`. */
async function accruedTwo(): Promise<{ readonly api: Api; readonly accrual: string }> {
  const api = new Api();
  await disbursed(api);
  await disbursed(api, { loan_id: OTHER });
  const accrual = entryIdOf(
    await accrue(api, [
      [LOAN, "88849", "100"],
      [OTHER, "88849", "30"],
    ]),
  );
  return { api, accrual };
}

const interestOf = async (api: Api, loan_id = LOAN, day = "9999-12-31") =>
  (await loanParts(api, loan_id, day))[1];

describe("a correction", () => {
  it("posts the difference on the accrual date, and the last one counts", async () => {
    const { api, accrual } = await accruedTwo();
    const less = await correct(api, accrual);
    expect(less.status, less.text).toBe(201);
    expect(less.body).toEqual({
      correction_event_id: expect.any(String),
      journal_entry_id: expect.any(String),
      difference_minor: "-20",
      posted_at: expect.any(String),
    });
    expect(less.headers.get("Location")).toBe(`/v1/journal-entries/${less.body.journal_entry_id}`);
    expect(await entryLines(api, less.body.journal_entry_id)).toEqual(["4100 DR 20", "1200 CR 20"]);
    const batch = (await api.get(`/v1/journal-entries/${accrual}`)).body;
    expect((await api.get(`/v1/journal-entries/${less.body.journal_entry_id}`)).body).toMatchObject({
      event_type: "accrual_corrected",
      effective_at: DAY,
      value_date: DAY,
      correlation_id: batch.correlation_id,
      description: "Rate of the day",
      lines: [{ loan_id: LOAN, borrower_id: BORROWER }, { loan_id: LOAN }],
    });
    const more = await correct(api, accrual, { interest_minor: "250" });
    expect(more.body.difference_minor).toBe("170");
    expect(await entryLines(api, more.body.journal_entry_id)).toEqual(["1200 DR 170", "4100 CR 170"]);
    const none = await correct(api, accrual, { interest_minor: "0" });
    expect(none.body.difference_minor).toBe("-250");
    expect([await interestOf(api), await interestOf(api, OTHER)]).toEqual(["0", "30"]);
    expect(refusalOf(await accrue(api, [[LOAN, "88849", "1"]]))[2]).toBe("loans.0.loan_id already_accrued");
    await expectSoundBooks(api.tenant);
  });

  it("to the same figure is an event without an entry, and a replay answers the same", async () => {
    const { api, accrual } = await accruedTwo();
    const before = await storedBooks(api.tenant);
    const key = newKey();
    const same = await correct(api, accrual, { interest_minor: "100" }, key);
    expect([same.status, same.headers.get("Location")]).toEqual([201, null]);
    expect(same.body).toEqual({
      correction_event_id: expect.any(String),
      difference_minor: "0",
      posted_at: expect.any(String),
    });
    const again = await correct(api, accrual, { interest_minor: "100" }, key);
    expect([again.status, again.text]).toEqual([200, same.text]);
    expect(await storedBooks(api.tenant)).toEqual({ ...before, events: (before.events ?? 0) + 1 });
    const { body } = await api.get("/api/tables/events?limit=1");
    expect(body.data).toMatchObject([
      { category: "ledger", step: "accrual_corrected", id: same.body.correction_event_id },
    ]);
  });

  it("is refused for what is no standing accrual of the loan", async () => {
    const { api, accrual } = await accruedTwo();
    const fee = await posted(api, "fees");
    expect(refusalOf(await correct(api, UNKNOWN))).toEqual([404, "not_found"]);
    expect(refusalOf(await correct(api, fee))).toEqual([409, "not_reversible"]);
    expect(refusalOf(await correct(api, accrual, { loan_id: UNKNOWN }))).toEqual([
      400,
      "validation_error",
      "loan_id unknown_reference",
    ]);
    const correction = entryIdOf(await correct(api, accrual));
    expect(refusalOf(await correct(api, correction))).toEqual([409, "not_reversible"]);
    expect(refusalOf(await reverse(api, correction))).toEqual([409, "not_reversible"]);
    entryIdOf(await reverse(api, accrual));
    for (const loan_id of [LOAN, UNKNOWN]) {
      expect(refusalOf(await correct(api, accrual, { loan_id }))).toEqual([409, "already_reversed"]);
    }
  });

  it("takes at most what is unpaid on every later day", async () => {
    const { api, accrual } = await accruedTwo();
    await posted(api, "payments", { amount_minor: "70", effective_at: "2024-02-10" });
    const refused = await correct(api, accrual, { interest_minor: "69" });
    expect(refusalOf(refused)).toEqual([422, "exceeds_balance"]);
    expect(refused.body.detail).toContain("At most 30 minor units");
    entryIdOf(await correct(api, accrual, { interest_minor: "70" }));
    expect(await interestOf(api)).toBe("0");
  });

  it.each([
    [{ interest_minor: "-1" }, "interest_minor invalid_value"],
    [{ interest_minor: 5 }, "interest_minor invalid_type"],
    [{ reason: undefined }, "reason required"],
    [{ reason: " " }, "reason invalid_value"],
    [{ accrual_entry_id: "x" }, "accrual_entry_id invalid_value"],
    [{ interest_remainder: "2" }, "interest_remainder invalid_value"],
    [{ note: "x" }, "note unknown_field"],
  ])("with %j is refused", async (change, error) => {
    expect(refusalOf(await correct(new Api(), UNKNOWN, change))).toEqual([400, "validation_error", error]);
  });

  it("keeps the remainder of the accrual, unless it names another one", async () => {
    const api = new Api();
    await disbursed(api, { amount_minor: "3500" });
    const question = {
      ...{ program_id: UNKNOWN, accrual_date: DAY, day_count_convention: "ACT_365" },
      ...{ currency: "USD", annual_rate: "0.05" },
    };
    const remainderOf = async (accrual_date: string) => {
      const { body } = await api.post("/v1/accruals/preview", { ...question, accrual_date });
      return body.loans[0].interest_remainder;
    };
    const { body } = await api.post("/v1/accruals/preview", question);
    const accrual = entryIdOf(await api.post("/v1/accruals/batch", body));
    // 0.479452054795 is carried, and another day makes 0.958904109590.
    expect(await remainderOf("2024-01-11")).toBe("-0.04109589041");
    entryIdOf(await correct(api, accrual, { interest_minor: "9" }));
    expect(await remainderOf("2024-01-11")).toBe("-0.04109589041");
    expect((await correct(api, accrual, { interest_minor: "9", interest_remainder: "0" })).status).toBe(201);
    expect(await remainderOf("2024-01-11")).toBe("0.479452054795");
    expect((await reverse(api, accrual)).status).toBe(201);
    expect(await remainderOf("2024-01-11")).toBe("0.479452054795");
  });
});

describe("the reversal of a corrected accrual", () => {
  it("takes back what stands, one pair of lines a loan, and frees the day", async () => {
    const { api, accrual } = await accruedTwo();
    entryIdOf(await correct(api, accrual));
    entryIdOf(await correct(api, accrual, { interest_minor: "90" }));
    const reversal = entryIdOf(await reverse(api, accrual));
    expect(await entryLines(api, reversal)).toEqual(["4100 DR 90", "1200 CR 90", "4100 DR 30", "1200 CR 30"]);
    expect([await interestOf(api), await interestOf(api, OTHER)]).toEqual(["0", "0"]);
    expect(await accountSums(api, "4100")).toBe("140 140 0");
    expect(refusalOf(await reverse(api, accrual))).toEqual([409, "already_reversed"]);
    entryIdOf(await accrue(api, [[LOAN, "88849", "5"]]));
    await expectSoundBooks(api.tenant);
  });

  it("is an event without an entry where nothing stands, once", async () => {
    const { api, accrual } = await accruedTwo();
    for (const loan_id of [LOAN, OTHER])
      entryIdOf(await correct(api, accrual, { loan_id, interest_minor: "0" }));
    const key = newKey();
    const reversed = await reverse(api, accrual, {}, key);
    expect([reversed.status, reversed.headers.get("Location")]).toEqual([201, null]);
    expect(reversed.body).toEqual({
      reverses_entry_id: accrual,
      posted_at: expect.any(String),
      correlation_id: expect.any(String),
    });
    expect((await reverse(api, accrual, {}, key)).text).toBe(reversed.text);
    expect(refusalOf(await reverse(api, accrual))).toEqual([409, "already_reversed"]);
    entryIdOf(await accrue(api, [[LOAN, "88849", "5"]]));
    // The day's new interest is that of another entry.
    expect(refusalOf(await correct(api, accrual))).toEqual([409, "already_reversed"]);
    await expectSoundBooks(api.tenant);
  });

  it("takes effect on the latest day of the accrual and its corrections, or later", async () => {
    const { api, accrual } = await accruedTwo();
    const closed = await api.send("PUT", "/v1/closing", { closed_through: "2024-01-31" });
    expect(closed.status, closed.text).toBe(200);
    const correction = await correct(api, accrual);
    expect((await api.get(`/v1/journal-entries/${correction.body.journal_entry_id}`)).body).toMatchObject({
      effective_at: "2024-02-01",
      value_date: DAY,
    });
    await api.send("PUT", "/v1/closing", { closed_through: null, reopen: true, note: "Again" });
    const early = await reverse(api, accrual, { effective_at: "2024-01-31" });
    expect(refusalOf(early)).toEqual([400, "validation_error", "effective_at inconsistent_dates"]);
    expect(early.body.errors[0].message).toContain("2024-02-01");
    entryIdOf(await reverse(api, accrual, { effective_at: "2024-02-01" }));
    expect(await interestOf(api, LOAN, "2024-01-31")).toBe("100");
    expect(await interestOf(api, LOAN, "2024-02-01")).toBe("0");
    await expectSoundBooks(api.tenant);
  });
});

it("corrections are in the journal, the statement and the exports", async () => {
  const { api, accrual } = await accruedTwo();
  const correction = entryIdOf(await correct(api, accrual));
  const listed = await api.get("/v1/journal-entries?event_type=accrual_corrected");
  expect(listed.body.items).toMatchObject([{ journal_entry_id: correction, effective_at: DAY }]);
  const { body } = await api.get(`/v1/loans/${LOAN}/statement?currency=USD`);
  expect(body.items.at(-1)).toMatchObject({
    event_type: "accrual_corrected",
    change: { interest_minor: "-20" },
    balance: { interest_minor: "80" },
  });
  for (const format of ["hledger", "beancount"]) {
    const { text } = await api.get(`/v1/journal-entries?format=${format}`);
    expect(text).toContain("accrual_corrected");
  }
  expect((await postTo(api, "interest-waivers", { amount_minor: "81" })).body.code).toBe("exceeds_balance");
});
