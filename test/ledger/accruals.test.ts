import { describe, expect, it } from "vitest";
import { ledgerLoanId, tenantNamespace } from "../../src/domain/core/uuid.ts";
import { bookedApi } from "../bookkeeping/tape.ts";
import { Api, newKey } from "../support/api.ts";
import { individual, loan } from "../support/examples.ts";
import { HeldCalls, isCommit, wrapDatabase } from "../support/faulty-d1.ts";
import { arrivals, gateOf, oneTo } from "../support/gate.ts";
import { accrualItems, loanIdOf, tenantWithLoans } from "./bulk.ts";
import {
  accrue,
  BORROWER,
  DAY,
  disburse,
  disbursed,
  entryIdOf,
  INT64_MAX,
  LOAN,
  posted,
  refusalOf,
  reverse,
} from "./post.ts";
import { entryLines, loanParts, principalOwed } from "./read-books.ts";
import { expectSoundBooks, storedBooks } from "./stored-books.ts";

const OTHER = "44444444-4444-4444-8444-444444444444";
const UUID = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

describe("an accrual", () => {
  it("books the interest of many loans in one entry, each line with its loan and borrower", async () => {
    const api = new Api();
    const borrower = "55555555-5555-4555-8555-555555555555";
    await disbursed(api);
    await disbursed(api, { loan_id: OTHER, borrower_id: borrower, amount_minor: "100" });
    const answer = await accrue(api, [
      [LOAN, "88849", "10000"],
      [OTHER, "100", "0"],
    ]);
    expect(answer.status, answer.text).toBe(201);
    expect(answer.body).toEqual({
      accrual_event_id: UUID,
      journal_entry_id: UUID,
      loan_count: 2,
      total_accrued_minor: "10000",
      posted_at: expect.any(String),
    });
    expect(answer.headers.get("Server-Timing")).toMatch(/queue;dur=.*load;dur=.*commit;dur=/);
    const { body } = await api.get(`/v1/journal-entries/${answer.body.journal_entry_id}`);
    expect(body).toMatchObject({ event_type: "accrual", effective_at: DAY });
    expect(body.lines).toMatchObject([
      { account_code: "1200", direction: "DR", amount_minor: "10000", loan_id: LOAN, borrower_id: BORROWER },
      { account_code: "4100", direction: "CR", amount_minor: "10000", loan_id: LOAN },
      { account_code: "1200", direction: "DR", amount_minor: "0", loan_id: OTHER, borrower_id: borrower },
      { account_code: "4100", direction: "CR", amount_minor: "0", loan_id: OTHER },
    ]);
    await expectSoundBooks(api.tenant);
  });

  it("shows in a loan's journal with only that loan's lines", async () => {
    const api = new Api();
    await disbursed(api);
    await disbursed(api, { loan_id: OTHER });
    entryIdOf(
      await accrue(api, [
        [LOAN, "88849", "1"],
        [OTHER, "88849", "2"],
      ]),
    );
    const { body } = await api.get(`/v1/loans/${OTHER}/journal-entries?event_type=accrual`);
    expect(body.items).toHaveLength(1);
    const whole = await api.get(`/v1/journal-entries/${body.items[0].journal_entry_id}`);
    // The lines keep the numbers that they have in the whole entry.
    expect(body.items[0].lines).toEqual(whole.body.lines.slice(2));
    expect(body.items[0].lines.map((line: { loan_id: string }) => line.loan_id)).toEqual([OTHER, OTHER]);
  });

  it("checks the principal at the end of its day, and answers the ledger's figure if it differs", async () => {
    const api = new Api();
    await disbursed(api, { amount_minor: "1000" });
    await posted(api, "payments", { amount_minor: "300", effective_at: DAY });
    await posted(api, "payments", { amount_minor: "200", effective_at: "2024-01-11" });
    for (const principal of ["699", "701", "1000", "500"]) {
      const refused = await accrue(api, [[LOAN, principal, "1"]]);
      expect(refusalOf(refused)).toEqual([
        400,
        "validation_error",
        "loans.0.outstanding_principal_minor principal_mismatch",
      ]);
      expect(refused.body.errors[0].message).toContain("700");
    }
    entryIdOf(await accrue(api, [[LOAN, "700", "1"]]));
    entryIdOf(await accrue(api, [[LOAN, "1000", "1"]], { accrual_date: "2024-01-09" }));
    entryIdOf(await accrue(api, [[LOAN, "500", "1"]], { accrual_date: "2024-01-11" }));
    await expectSoundBooks(api.tenant);
  });

  it("is refused as a whole, with every error, and changes nothing", async () => {
    const api = new Api();
    await disbursed(api);
    await disbursed(api, { loan_id: OTHER, currency: "EUR" });
    const before = await storedBooks(api.tenant);
    const refused = await accrue(api, [
      [LOAN, "88849", "5"],
      [OTHER, "88849", "5"],
      ["66666666-6666-4666-8666-666666666666", "1", "5"],
    ]);
    expect(refusalOf(refused)).toEqual([
      400,
      "validation_error",
      "loans.1.loan_id currency_mismatch",
      "loans.2.loan_id unknown_reference",
    ]);
    expect(await storedBooks(api.tenant)).toEqual(before);
    expect(refusalOf(await accrue(new Api(), [[LOAN, "88849", "5"]]))[2]).toBe(
      "loans.0.loan_id unknown_reference",
    );
  });

  it.each([
    [{ program_id: "P-1" }, "program_id invalid_value"],
    [{ day_count_convention: "ACT_364" }, "day_count_convention invalid_value"],
    [{ accrual_date: "2023-02-29" }, "accrual_date invalid_value"],
    [{ loans: [] }, "loans invalid_value"],
    [{ loans: "x" }, "loans invalid_type"],
    [{ loans: [7] }, "loans.0 invalid_type"],
    [{ loans: [{ loan_id: LOAN, outstanding_principal_minor: "1" }] }, "loans.0.interest_minor required"],
    [
      { loans: [{ loan_id: LOAN, outstanding_principal_minor: "1", interest_minor: "-1" }] },
      "loans.0.interest_minor invalid_value",
    ],
    [{ currency: "XXX" }, "currency invalid_value"],
    [{ note: "x" }, "note unknown_field"],
  ])("with %j is refused", async (change, error) => {
    const api = new Api();
    await disbursed(api);
    expect(refusalOf(await accrue(api, [[LOAN, "88849", "1"]], change))).toEqual([
      400,
      "validation_error",
      error,
    ]);
  });

  it("answers a replay with the same body, and concurrent senders of one day with one entry", async () => {
    const api = new Api();
    await disbursed(api);
    const key = newKey();
    const first = await accrue(api, [[LOAN, "88849", "1"]], {}, key);
    const again = await accrue(api, [[LOAN, "88849", "1"]], {}, key);
    expect([first.status, again.status, again.text]).toEqual([201, 200, first.text]);
    const day = { accrual_date: "2024-01-11" };
    const answers = await Promise.all(oneTo(6).map(() => accrue(api, [[LOAN, "88849", "1"]], day)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 400, 400, 400, 400, 400]);
    await expectSoundBooks(api.tenant);
  });
});

describe("a batch of 2,000 loans", () => {
  it("commits with one D1 call to load and one to commit, reports its time, and is reversed as a whole", async () => {
    const api = await tenantWithLoans(2_000);
    const d1 = await wrapDatabase(gateOf(api.tenant));
    const answer = await accrue(api, accrualItems(2_000));
    expect(answer.status, answer.text.slice(0, 300)).toBe(201);
    expect(answer.body).toMatchObject({ loan_count: 2_000, total_accrued_minor: "6000" });
    expect(d1.roundTrips).toBe(2);
    // Each loan: posting, two places in its list, balances, day, accrual. Event with key, entry with its day, accounts with days.
    expect(d1.rowsWritten).toBe(6 * 2_000 + 4 + 4);
    // Each loan: its row, its balances and its place among the accruals, and the lists that these are found by.
    expect(d1.rowsRead).toBeLessThan(17 * 2_000);
    expect(answer.headers.get("Server-Timing")).toMatch(/load;dur=\d+.*commit;dur=\d+/);
    const id = answer.body.journal_entry_id;
    expect(await entryLines(api, id)).toHaveLength(4_000);
    await expectSoundBooks(api.tenant);

    d1.resetCounts();
    const again = await accrue(api, accrualItems(2_000));
    expect(again.body.errors_total).toBe(2_000);
    expect(again.body.errors).toHaveLength(100);

    const paid = await posted(api, "payments", {
      loan_id: loanIdOf(1_500),
      amount_minor: "2",
      effective_at: "2024-03-01",
    });
    const refused = await reverse(api, id, { effective_at: "2024-02-01" });
    expect(refusalOf(refused)).toEqual([409, "would_overdraw"]);
    expect(refused.body.detail).toContain(`1200 Interest Receivable of loan ${loanIdOf(1_500)}`);
    expect(refused.body.detail).toContain("2024-03-01");
    entryIdOf(await reverse(api, paid, { effective_at: "2024-03-01" }));
    entryIdOf(await reverse(api, id, { effective_at: "2024-02-01" }));
    expect(await loanParts(api, loanIdOf(1_500))).toEqual(["1000", "0", "0", "0"]);
    entryIdOf(await accrue(api, accrualItems(2_000)));
    await expectSoundBooks(api.tenant);
  });

  it("with one wrong loan stores nothing", async () => {
    const api = await tenantWithLoans(150);
    const before = await storedBooks(api.tenant);
    const wrong = accrualItems(150).map((one, index) =>
      index === 149 ? ([one[0], "999", "3"] as const) : one,
    );
    expect(refusalOf(await accrue(api, wrong))).toEqual([
      400,
      "validation_error",
      "loans.149.outstanding_principal_minor principal_mismatch",
    ]);
    expect(await storedBooks(api.tenant)).toEqual(before);
  });

  it("of 2,001 loans is refused only for its length, and one beyond 512 KiB for its size", async () => {
    const api = new Api();
    expect(refusalOf(await accrue(api, accrualItems(2_001)))).toEqual([
      400,
      "validation_error",
      "loans invalid_value",
    ]);
    const large = await accrue(api, accrualItems(1), { note: "x".repeat(512 * 1024) });
    expect(refusalOf(large)).toEqual([413, "payload_too_large"]);
  });

  it("updates the balances that the gate remembers: a later payment is decided on its interest", async () => {
    const api = await tenantWithLoans(120);
    // The gate remembers this loan and its book from the payment on.
    await posted(api, "payments", { loan_id: loanIdOf(7), amount_minor: "1" });
    const batch = accrualItems(120).map((one) =>
      one[0] === loanIdOf(7) ? ([one[0], "999", "3"] as const) : one,
    );
    entryIdOf(await accrue(api, batch));
    const body = { loan_id: loanIdOf(7), borrower_id: BORROWER, currency: "USD", effective_at: DAY };
    const paid = await api.post("/v1/payments", { ...body, amount_minor: "10", source_method: "ach" });
    expect(paid.body.allocation).toMatchObject({ interest_minor: "3", principal_minor: "7" });
    await expectSoundBooks(api.tenant);
  });

  it("among other waiting commands is decided in a group of its own, and so is its reversal", async () => {
    const api = await tenantWithLoans(120);
    const d1 = await wrapDatabase(gateOf(api.tenant));
    const hold = new HeldCalls();
    d1.meet(isCommit, hold.fault, 1);
    const first = disburse(api);
    await hold.reached();
    const waiting = [...oneTo(3).map(() => disburse(api)), accrue(api, accrualItems(120)), disburse(api)];
    await arrivals(gateOf(api.tenant));
    hold.release();
    for (const answer of [await first, ...(await Promise.all(waiting))]) entryIdOf(answer);
    const batch = (await waiting[3])?.body.journal_entry_id;
    const payment = await posted(api, "payments", { loan_id: loanIdOf(1), amount_minor: "3" });
    expect(await entryLines(api, payment)).toEqual(["1000 DR 3", "1200 CR 3"]);
    const others = oneTo(5).map(() => disburse(api));
    const [refused] = await Promise.all([reverse(api, batch), ...others]);
    expect(refusalOf(refused)).toEqual([409, "would_overdraw"]);
    entryIdOf(await reverse(api, payment, { effective_at: DAY }));
    const answers = await Promise.all([disburse(api), reverse(api, batch), disburse(api)]);
    for (const answer of answers) entryIdOf(answer);
    await expectSoundBooks(api.tenant);
  });

  it("does not exceed 64 bits on any day of any of its loans", async () => {
    const api = await tenantWithLoans(120);
    const most = accrualItems(120, "1000", `${INT64_MAX}`);
    entryIdOf(await accrue(api, most, { accrual_date: "2024-06-01" }));
    const one = await accrue(api, accrualItems(120, "1000", "1"));
    expect(refusalOf(one)).toEqual([422, "amount_overflow"]);
    entryIdOf(await accrue(api, accrualItems(120, "1000", "0")));
    await expectSoundBooks(api.tenant);
  });
});

const PREVIEW = {
  program_id: "22222222-2222-4222-8222-222222222222",
  accrual_date: DAY,
  day_count_convention: "ACT_365",
  currency: "USD",
  annual_rate: "0.1375",
};

describe("a preview", () => {
  const preview = (api: Api, change: object = {}) =>
    api.post("/v1/accruals/preview", { ...PREVIEW, ...change });

  it("is a body that the batch accepts, computed on the principal of the day", async () => {
    const api = new Api();
    await disbursed(api, { amount_minor: "1000000" });
    await posted(api, "payments", { amount_minor: "100000", effective_at: "2024-01-11" });
    await disbursed(api, { loan_id: OTHER, amount_minor: "0" });
    const answer = await preview(api);
    expect(answer.status, answer.text).toBe(200);
    const { annual_rate: _, ...rest } = PREVIEW;
    expect(answer.body).toEqual({
      ...rest,
      loans: [
        {
          ...{ loan_id: LOAN, outstanding_principal_minor: "1000000", interest_minor: "377" },
          // 1000000 x 0.1375 / 365 is 376.712328767123…
          interest_remainder: "-0.287671232877",
        },
      ],
      skipped: [],
    });
    entryIdOf(await api.post("/v1/accruals/batch", answer.body));
    expect(await loanParts(api)).toEqual(["900000", "377", "0", "0"]);
    await expectSoundBooks(api.tenant);
  });

  it("skips a loan that follows its records, listed or named, and is a body for the batch without it", async () => {
    const api = await bookedApi();
    await api.accept("client", individual);
    await api.accept("disbursement", { ...loan, disbursement_date: "2024-01-02" });
    await disbursed(api, { amount_minor: "1000000" });
    const kept = ledgerLoanId(tenantNamespace(api.tenant), loan.disbursement_id);
    for (const change of [{}, { loans: [LOAN, kept] }]) {
      const { body } = await preview(api, change);
      expect(body.loans).toMatchObject([{ loan_id: LOAN }]);
      expect(body.skipped).toEqual([{ loan_id: kept, reason: "kept_by_records" }]);
    }
    entryIdOf(await api.post("/v1/accruals/batch", (await preview(api)).body));
    const nothing = (await preview(api, { loans: [kept] })).body;
    const answer = await api.post("/v1/accruals/batch", nothing);
    expect([answer.status, answer.headers.get("Location")]).toEqual([201, null]);
    expect(answer.body).toEqual({
      accrual_event_id: UUID,
      loan_count: 0,
      total_accrued_minor: "0",
      posted_at: expect.any(String),
    });
  });

  it("posts no event and needs no key", async () => {
    const api = new Api();
    await disbursed(api);
    const { events } = await storedBooks(api.tenant);
    const response = await preview(api);
    expect(response.status).toBe(200);
    expect((await storedBooks(api.tenant)).events).toBe(events);
  });

  it("of named loans has the ledger's figures of each, with or without principal", async () => {
    const api = new Api();
    await disbursed(api, { amount_minor: "0" });
    await disbursed(api, { loan_id: OTHER, amount_minor: "36500" });
    const { body } = await preview(api, { loans: [LOAN, OTHER], annual_rate: "1" });
    expect(
      body.loans.toSorted((a: { loan_id: string }, b: { loan_id: string }) =>
        a.loan_id < b.loan_id ? -1 : 1,
      ),
    ).toEqual([
      { loan_id: LOAN, outstanding_principal_minor: "0", interest_minor: "0", interest_remainder: "0" },
      {
        loan_id: OTHER,
        outstanding_principal_minor: "36500",
        interest_minor: "100",
        interest_remainder: "0",
      },
    ]);
    expect(refusalOf(await preview(api, { loans: [PREVIEW.program_id] }))[2]).toBe(
      "loans.0 unknown_reference",
    );
    expect(refusalOf(await preview(api, { loans: [LOAN], currency: "EUR" }))[2]).toBe(
      "loans.0 currency_mismatch",
    );
  });

  it.each(["0", "0.000000000001", "10", "10.000", "9.999999999999"])(
    "takes the rate %s",
    async (annual_rate) => {
      expect((await preview(new Api(), { annual_rate })).status).toBe(200);
    },
  );

  it.each([
    ...["", "-1", "10.1", "11", "1e-3", ".5", "1.", "0.0000000000001", "01", "20"].map(
      (annual_rate) => [{ annual_rate }, "annual_rate invalid_value"] as const,
    ),
    [{ annual_rate: 0.1 }, "annual_rate invalid_type"],
    [{ page_token: "x" }, "page_token invalid_value"],
    [{ page_token: "" }, "page_token invalid_value"],
    [{ page_token: "x", loans: [LOAN] }, "page_token invalid_value"],
    [{ loans: [LOAN] }, "loans.0 unknown_reference"],
  ] as const)("refuses %j", async (change, error) => {
    expect(refusalOf(await preview(new Api(), change))[2]).toBe(error);
  });

  it("lists 2,000 loans per page, and the pages together have each loan once", async () => {
    const api = await tenantWithLoans(2_001);
    const first = await preview(api);
    expect(first.body.loans).toHaveLength(2_000);
    const second = await preview(api, { page_token: first.body.next_page_token });
    expect(second.body.loans.map((loan: { loan_id: string }) => loan.loan_id)).toEqual([loanIdOf(2_001)]);
    expect(second.body.next_page_token).toBeUndefined();
    entryIdOf(await api.post("/v1/accruals/batch", first.body));
    for (const other of [{ currency: "EUR" }, { annual_rate: "0.2" }, { program_id: LOAN }]) {
      const refused = await preview(api, { page_token: first.body.next_page_token, ...other });
      expect(refusalOf(refused)[2]).toBe("page_token invalid_value");
    }
  });
});

it("a payment takes at most two D1 calls, one if the loan is remembered, and reads only its later days", async () => {
  const api = new Api();
  await disbursed(api, { amount_minor: "1000000", effective_at: "2024-01-01" });
  for (const day of oneTo(20)) {
    await posted(api, "payments", {
      amount_minor: "1",
      effective_at: `2024-02-${String(day).padStart(2, "0")}`,
    });
  }
  const d1 = await wrapDatabase(gateOf(api.tenant));
  await posted(api, "payments", { amount_minor: "1", effective_at: "2024-03-01" });
  expect(d1.roundTrips).toBe(1);
  const rows = async (effective_at: string) => {
    d1.resetCounts();
    // A bank account that the gate does not remember makes it load.
    await posted(api, "payments", { amount_minor: "1", effective_at, bank_account_ref: `b-${effective_at}` });
    expect(d1.roundTrips).toBe(2);
    return d1.rowsRead;
  };
  const late = await rows("2024-04-01");
  const early = await rows("2024-01-15");
  // 20 days of February, each in the list of its loan and on its way into the order of days.
  expect(early - late).toBeGreaterThanOrEqual(20);
  expect(early - late).toBeLessThanOrEqual(2 * 23);
  expect(await principalOwed(api)).toBe(`${1_000_000 - 23}`);
});
