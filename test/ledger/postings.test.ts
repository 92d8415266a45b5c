import { describe, expect, it } from "vitest";
import { Api, newKey } from "../support/api.ts";
import { oneTo } from "../support/gate.ts";
import {
  accrue,
  BODIES,
  BORROWER,
  DAY,
  disburse,
  disbursed,
  entryIdOf,
  type LedgerPath,
  LOAN,
  posted,
  postLoanWithCharges,
  postTo,
  refusalOf,
  reverse,
  settle,
} from "./post.ts";
import { entryLines, loanParts } from "./read-books.ts";
import { expectSoundBooks, storedBooks } from "./stored-books.ts";

const OTHER = "44444444-4444-4444-8444-444444444444";
const UUID = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

describe("a payment", () => {
  it("pays fees, then interest, then principal: the documentation's example", async () => {
    const api = new Api();
    await disburse(api, { amount_minor: "100000" });
    await posted(api, "fees");
    entryIdOf(await accrue(api, [[LOAN, "100000", "10000"]]));
    const answer = await postTo(api, "payments", { amount_minor: "88849", external_ref: "bank-1" });
    expect(answer.status, answer.text).toBe(201);
    expect(answer.body).toEqual({
      payment_event_id: UUID,
      journal_entry_id: UUID,
      allocation: {
        fees_minor: "500",
        interest_minor: "10000",
        principal_minor: "78349",
        recovery_minor: "0",
        suspense_minor: "0",
      },
      posted_at: TIME,
    });
    const { body } = await api.get(answer.headers.get("Location") ?? "");
    expect(body).toMatchObject({
      event_type: "payment_received",
      bank_account_ref: "main",
      description: "Payment by ach",
      effective_at: DAY,
    });
    expect(body.lines[0]).toMatchObject({ external_ref: "bank-1", loan_id: LOAN, borrower_id: BORROWER });
    expect(await entryLines(api, answer.body.journal_entry_id)).toEqual([
      "1000 DR 88849",
      "1300 CR 500",
      "1200 CR 10000",
      "1100 CR 78349",
    ]);
    expect(await loanParts(api)).toEqual(["21651", "0", "0", "0"]);
    await expectSoundBooks(api.tenant);
  });

  it("of more than is owed leaves the rest in suspense, and of a loan that owes nothing all of it", async () => {
    const api = new Api();
    await postLoanWithCharges(api);
    const { body } = await postTo(api, "payments", { amount_minor: "99350" });
    expect(body.allocation).toEqual({
      fees_minor: "500",
      interest_minor: "10000",
      principal_minor: "88849",
      recovery_minor: "0",
      suspense_minor: "1",
    });
    const more = await postTo(api, "payments", { amount_minor: "9" });
    expect(more.body.allocation).toMatchObject({ principal_minor: "0", suspense_minor: "9" });
    expect(await entryLines(api, more.body.journal_entry_id)).toEqual(["1000 DR 9", "2200 CR 9"]);
    expect(await loanParts(api)).toEqual(["0", "0", "0", "10"]);
  });

  it("takes no more from a balance than its lowest on any later day", async () => {
    const api = new Api();
    await disbursed(api, { amount_minor: "1000" });
    await posted(api, "payments", { amount_minor: "900", effective_at: "2024-06-01" });
    const back = await postTo(api, "payments", { amount_minor: "500", effective_at: "2024-02-01" });
    expect(back.body.allocation).toMatchObject({ principal_minor: "100", suspense_minor: "400" });
    expect(await loanParts(api, LOAN, "2024-02-01")).toEqual(["900", "0", "0", "400"]);
    expect(await loanParts(api)).toEqual(["0", "0", "0", "400"]);
    await expectSoundBooks(api.tenant);
  });
});

describe("a suspense application", () => {
  it("without an amount applies as much as it can, by the same order", async () => {
    const api = new Api();
    await disbursed(api, { amount_minor: "100" });
    await posted(api, "payments", { amount_minor: "150" });
    await posted(api, "fees", { amount_minor: "20" });
    const answer = await postTo(api, "suspense-applications");
    expect(answer.status, answer.text).toBe(201);
    expect(answer.body).toEqual({
      allocation_event_id: UUID,
      journal_entry_id: UUID,
      allocation: {
        fees_minor: "20",
        interest_minor: "0",
        principal_minor: "0",
        recovery_minor: "0",
        suspense_minor: "0",
      },
      posted_at: TIME,
    });
    expect(await entryLines(api, answer.body.journal_entry_id)).toEqual(["2200 DR 20", "1300 CR 20"]);
    expect(await loanParts(api)).toEqual(["0", "0", "0", "30"]);
    await expectSoundBooks(api.tenant);
  });
});

describe("fees and waivers", () => {
  it("post their amounts, and the entry has the type and the reason", async () => {
    const api = new Api();
    await disbursed(api);
    const fee = await postTo(api, "fees", { external_ref: "F-1" });
    expect(fee.body).toEqual({ fee_event_id: UUID, journal_entry_id: UUID, posted_at: TIME });
    expect(await entryLines(api, fee.body.journal_entry_id)).toEqual(["1300 DR 500", "4200 CR 500"]);
    const waiver = await postTo(api, "fee-waivers");
    expect(waiver.body).toEqual({ waiver_event_id: UUID, journal_entry_id: UUID, posted_at: TIME });
    expect(await entryLines(api, waiver.body.journal_entry_id)).toEqual(["4200 DR 100", "1300 CR 100"]);
    const { body } = await api.get(`/v1/journal-entries/${waiver.body.journal_entry_id}`);
    expect(body.description).toBe("goodwill");
    expect(await loanParts(api)).toEqual(["88849", "0", "400", "0"]);
  });

  it("of interest lower the receivable and the income, up to what is owed", async () => {
    const api = new Api();
    await postLoanWithCharges(api);
    const waiver = await postTo(api, "interest-waivers", { amount_minor: "400" });
    expect(waiver.body).toEqual({ waiver_event_id: UUID, journal_entry_id: UUID, posted_at: TIME });
    expect(await entryLines(api, waiver.body.journal_entry_id)).toEqual(["4100 DR 400", "1200 CR 400"]);
    expect(await loanParts(api)).toEqual(["88849", "9600", "500", "0"]);
    const refused = await postTo(api, "interest-waivers", { amount_minor: "9601" });
    expect(refusalOf(refused)).toEqual([422, "exceeds_balance"]);
    expect(refused.body.detail).toContain("At most 9600 minor units of interest");
    await expectSoundBooks(api.tenant);
  });
});

describe("a charge-off", () => {
  it("takes all that is owed to the loss account, and a recovery is income", async () => {
    const api = new Api();
    await postLoanWithCharges(api);
    const answer = await postTo(api, "charge-offs");
    expect(answer.status, answer.text).toBe(201);
    expect(answer.body).toEqual({
      chargeoff_event_id: UUID,
      journal_entry_id: UUID,
      charged_off: { principal_minor: "88849", interest_minor: "10000", fees_minor: "500" },
      posted_at: TIME,
    });
    expect([...(await entryLines(api, answer.body.journal_entry_id))].sort()).toEqual(
      ["1100 CR 88849", "1200 CR 10000", "1300 CR 500", "5100 DR 99349"].sort(),
    );
    expect(await loanParts(api)).toEqual(["0", "0", "0", "0"]);
    const recovery = await postTo(api, "recoveries");
    expect(recovery.body).toEqual({ recovery_event_id: UUID, journal_entry_id: UUID, posted_at: TIME });
    expect(await entryLines(api, recovery.body.journal_entry_id)).toEqual(["1000 DR 7", "4300 CR 7"]);
    await expectSoundBooks(api.tenant);
  });
});

describe("money for a loan that was charged off", () => {
  it("pays what is owed since, then recovers the loss; only the rest goes to suspense", async () => {
    const api = new Api();
    await disbursed(api, { amount_minor: "1000" });
    const chargeOff = await posted(api, "charge-offs");
    await posted(api, "fees", { amount_minor: "20" });
    const answer = await postTo(api, "payments", { amount_minor: "420" });
    expect(answer.body.allocation).toEqual({
      fees_minor: "20",
      interest_minor: "0",
      principal_minor: "0",
      recovery_minor: "400",
      suspense_minor: "0",
    });
    const { journal_entry_id } = answer.body;
    expect(await entryLines(api, journal_entry_id)).toEqual(["1000 DR 420", "1300 CR 20", "4300 CR 400"]);
    const above = await postTo(api, "recoveries", { amount_minor: "601" });
    expect(refusalOf(above)).toEqual([422, "exceeds_balance"]);
    expect(above.body.detail).toContain("At most 600 minor units");
    expect(refusalOf(await reverse(api, chargeOff))).toEqual([409, "not_reversible"]);
    await posted(api, "recoveries", { amount_minor: "600" });
    const more = await postTo(api, "payments", { amount_minor: "1" });
    expect(more.body.allocation).toMatchObject({ recovery_minor: "0", suspense_minor: "1" });
    await expectSoundBooks(api.tenant);
  });

  it("recovers from suspense by an application", async () => {
    const api = new Api();
    await disbursed(api, { amount_minor: "1000" });
    await posted(api, "charge-offs");
    await posted(api, "payments", { amount_minor: "300", effective_at: "2024-01-09" });
    expect(await loanParts(api)).toEqual(["0", "0", "0", "300"]);
    const answer = await postTo(api, "suspense-applications");
    expect(answer.body.allocation).toMatchObject({ principal_minor: "0", recovery_minor: "300" });
    expect(await entryLines(api, answer.body.journal_entry_id)).toEqual(["2200 DR 300", "4300 CR 300"]);
    expect(await loanParts(api)).toEqual(["0", "0", "0", "0"]);
    await expectSoundBooks(api.tenant);
  });
});

describe("a refund", () => {
  it("pays the borrower's money in suspense back from a bank account, and no more of it", async () => {
    const api = new Api();
    await disbursed(api, { amount_minor: "100" });
    await posted(api, "payments", { amount_minor: "150" });
    const answer = await postTo(api, "refunds", { amount_minor: "30", bank_account_ref: "ops" });
    expect(answer.status, answer.text).toBe(201);
    expect(answer.body).toEqual({ refund_event_id: UUID, journal_entry_id: UUID, posted_at: TIME });
    const { body } = await api.get(answer.headers.get("Location") ?? "");
    expect(body).toMatchObject({
      event_type: "refund",
      bank_account_ref: "ops",
      description: "Refund by ach",
    });
    expect(await entryLines(api, answer.body.journal_entry_id)).toEqual(["2200 DR 30", "1000 CR 30"]);
    expect(await loanParts(api)).toEqual(["0", "0", "0", "20"]);
    const refused = await postTo(api, "refunds", { amount_minor: "21" });
    expect(refusalOf(refused)).toEqual([422, "exceeds_balance"]);
    expect(refused.body.detail).toContain("At most 20 minor units");
    await expectSoundBooks(api.tenant);
  });
});

describe("a settlement", () => {
  it("moves the money of a disbursement out of the bank, once, and again after its reversal", async () => {
    const api = new Api();
    const id = await disbursed(api);
    const answer = await settle(api, id, { external_ref: "wire-1", bank_account_ref: "ops" });
    expect(answer.status, answer.text).toBe(201);
    expect(answer.body).toEqual({ settlement_event_id: UUID, journal_entry_id: UUID, posted_at: TIME });
    const { body } = await api.get(`/v1/journal-entries/${answer.body.journal_entry_id}`);
    expect(body).toMatchObject({
      event_type: "disbursement_settled",
      settles_entry_id: id,
      bank_account_ref: "ops",
    });
    expect(await entryLines(api, answer.body.journal_entry_id)).toEqual(["2100 DR 88849", "1000 CR 88849"]);
    expect(refusalOf(await settle(api, id))).toEqual([409, "already_settled"]);
    entryIdOf(await reverse(api, answer.body.journal_entry_id, { effective_at: DAY }));
    entryIdOf(await settle(api, id));
    await expectSoundBooks(api.tenant);
  });

  it("prevents the disbursement's reversal, whatever else stands in clearing; the refusal names the settlement", async () => {
    const api = new Api();
    const id = await disbursed(api);
    await disbursed(api);
    const settlement = entryIdOf(await settle(api, id));
    const refused = await reverse(api, id, { effective_at: "2024-01-01" });
    expect(refusalOf(refused)).toEqual([409, "not_reversible"]);
    expect(refused.body.detail).toContain(settlement);
    entryIdOf(await reverse(api, settlement, { effective_at: DAY }));
    entryIdOf(await reverse(api, id, { effective_at: DAY }));
    await expectSoundBooks(api.tenant);
  });

  it("of many senders at once is posted once", async () => {
    const api = new Api();
    const id = await disbursed(api);
    const answers = await Promise.all(oneTo(8).map(() => settle(api, id)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...oneTo(7).map(() => 409)]);
    await expectSoundBooks(api.tenant);
  });
});

describe("funding", () => {
  it("enters and leaves a bank account, without a loan on its lines", async () => {
    const api = new Api();
    const answer = await postTo(api, "funding", { external_ref: "cap-1" });
    expect(answer.body).toEqual({ funding_event_id: UUID, journal_entry_id: UUID, posted_at: TIME });
    const { body } = await api.get(`/v1/journal-entries/${answer.body.journal_entry_id}`);
    expect(body.lines[0]).toEqual({
      sequence: 1,
      account_code: "1000",
      direction: "DR",
      amount_minor: "1000",
      currency: "USD",
      layer: "SETTLED",
      external_ref: "cap-1",
    });
    const out = await posted(api, "funding", { direction: "out", amount_minor: "5000" });
    expect(await entryLines(api, out)).toEqual(["3000 DR 5000", "1000 CR 5000"]);
    entryIdOf(await reverse(api, out));
    await expectSoundBooks(api.tenant);
  });

  it("names a bank account, at most 200 per tenant", async () => {
    const api = new Api();
    for (const wave of oneTo(4)) {
      const refs = oneTo(50).map((number) => `bank-${wave}.${number}`);
      const answers = await Promise.all(
        refs.map((bank_account_ref) => postTo(api, "funding", { bank_account_ref })),
      );
      for (const answer of answers) entryIdOf(answer);
    }
    const one = await postTo(api, "funding", { bank_account_ref: "one-too-many" });
    expect(refusalOf(one)).toEqual([422, "too_many_bank_accounts"]);
    entryIdOf(await postTo(api, "funding", { bank_account_ref: "bank-4.50" }));
    await disbursed(api);
    expect(refusalOf(await postTo(api, "payments"))).toEqual([422, "too_many_bank_accounts"]);
    entryIdOf(await postTo(api, "payments", { bank_account_ref: "bank-1.1" }));
    await expectSoundBooks(api.tenant);
  });
});

/** A tenant in whose books each route's body is accepted. */
async function ready(path: LedgerPath): Promise<Api> {
  const api = new Api();
  await disbursed(api);
  if (path === "fee-waivers") await posted(api, "fees");
  if (path === "interest-waivers") entryIdOf(await accrue(api, [[LOAN, "88849", "10000"]]));
  if (path === "recoveries") await posted(api, "charge-offs");
  if (path === "refunds") await posted(api, "payments", { amount_minor: "89000" });
  if (path === "suspense-applications") {
    await posted(api, "payments", { amount_minor: "88850" });
    await posted(api, "fees");
  }
  return api;
}

const PATHS = Object.keys(BODIES) as LedgerPath[];
const OF_LOANS = PATHS.filter((path) => path !== "funding");
const WITH_BANK: LedgerPath[] = ["payments", "recoveries", "refunds", "funding"];

describe.each(PATHS)("POST /v1/%s", (path) => {
  it("answers a replay with 200 and the same body, and another body with a mismatch", async () => {
    const api = await ready(path);
    const key = newKey();
    const first = await postTo(api, path, {}, key);
    expect(first.status, first.text).toBe(201);
    const books = await storedBooks(api.tenant);
    const again = await postTo(api, path, {}, key);
    expect([again.status, again.text]).toEqual([200, first.text]);
    expect(again.headers.get("Idempotent-Replayed")).toBe("true");
    expect(refusalOf(await postTo(api, path, { effective_at: "2024-01-11" }, key))).toEqual([
      422,
      "idempotency_mismatch",
    ]);
    expect(await storedBooks(api.tenant)).toEqual(books);
  });

  it("posts once for many concurrent senders of one key", async () => {
    const api = await ready(path);
    const { events } = await storedBooks(api.tenant);
    const key = newKey();
    const answers = await Promise.all(oneTo(6).map(() => postTo(api, path, {}, key)));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect((await storedBooks(api.tenant)).events).toBe((events ?? 0) + 1);
    await expectSoundBooks(api.tenant);
  });

  it("accepts metadata up to 2 KiB, and refuses more, an unknown member and an invalid day", async () => {
    const api = await ready(path);
    const refused: [object, string][] = [
      [{ metadata: { k: "x".repeat(2041) } }, "metadata invalid_value"],
      [{ note: "x" }, "note unknown_field"],
      [{ effective_at: "2023-02-29" }, "effective_at invalid_value"],
      [{ effective_at: undefined }, "effective_at required"],
      [{ currency: "usd" }, "currency invalid_value"],
    ];
    for (const [change, error] of refused) {
      expect(refusalOf(await postTo(api, path, change))).toEqual([400, "validation_error", error]);
    }
    await posted(api, path, { metadata: { k: "x".repeat(2040) } });
  });
});

describe.each(OF_LOANS)("POST /v1/%s, on a loan", (path) => {
  it("needs one that a disbursement opened, with its own borrower and currency", async () => {
    const api = await ready(path);
    const cases: [object, string[]][] = [
      [{ loan_id: OTHER }, ["loan_id unknown_reference"]],
      [{ borrower_id: OTHER }, ["borrower_id borrower_mismatch"]],
      [{ currency: "EUR" }, ["currency currency_mismatch"]],
      [
        { borrower_id: OTHER, currency: "EUR" },
        ["borrower_id borrower_mismatch", "currency currency_mismatch"],
      ],
      [{ loan_id: "L-1" }, ["loan_id invalid_value"]],
    ];
    for (const [change, errors] of cases) {
      expect(refusalOf(await postTo(api, path, change))).toEqual([400, "validation_error", ...errors]);
    }
  });

  it("does not see another tenant's loan of the same id", async () => {
    await ready(path);
    expect(refusalOf(await postTo(new Api(), path))).toEqual([
      400,
      "validation_error",
      "loan_id unknown_reference",
    ]);
  });

  it("is reversed whole", async () => {
    const api = await ready(path);
    const before = await loanParts(api);
    const id = await posted(api, path);
    entryIdOf(await reverse(api, id, { effective_at: DAY }));
    expect(await loanParts(api)).toEqual(before);
    await expectSoundBooks(api.tenant);
  });
});

/** A member, the routes that take it, values that they refuse, and values that they accept. */
const BOUNDS: readonly (readonly [string, readonly LedgerPath[], readonly unknown[], readonly unknown[]])[] =
  [
    [
      "amount_minor",
      PATHS.filter((path) => "amount_minor" in BODIES[path]),
      ["0", "-1", "9223372036854775808", "1.5", "01", ""],
      ["1"],
    ],
    [
      "bank_account_ref",
      WITH_BANK,
      ["", "x".repeat(65), "a b", "ä", "a/b"],
      ["x".repeat(64), "A-z0_9.:-", null],
    ],
    ["external_ref", [...WITH_BANK, "fees"], ["", "x".repeat(256), "a\nb"], ["x", "😀".repeat(255), null]],
    [
      "reason",
      ["fee-waivers", "interest-waivers", "charge-offs"],
      [undefined, "", "x".repeat(501), "a\u0000b"],
      ["é".repeat(500)],
    ],
    [
      "fee_type",
      ["fees"],
      ["", "Late", "1st", "late fee", `a${"b".repeat(64)}`],
      ["a", `a${"b".repeat(63)}`, "late_fee_2"],
    ],
    [
      "source_method",
      ["payments", "recoveries"],
      ["card_push"],
      ["ach", "wire", "card", "check", "cash", "internal_transfer"],
    ],
    ["method", ["refunds"], ["card", "cash"], ["ach", "wire", "card_push", "internal_transfer"]],
    ["direction", ["funding"], ["up"], ["in", "out"]],
  ];

it.each(
  BOUNDS.flatMap(([member, paths, refused, accepted]) =>
    paths.map((path) => ({ member, path, refused, accepted })),
  ),
)("$member of /v1/$path has bounds", async ({ member, path, refused, accepted }) => {
  const api = await ready(path);
  for (const value of refused) {
    const fault = `${member} ${value === undefined ? "required" : "invalid_value"}`;
    const answer = await postTo(api, path, { [member]: value });
    expect([value, ...refusalOf(answer)]).toEqual([value, 400, "validation_error", fault]);
  }
  for (const value of accepted) await posted(api, path, { [member]: value });
});

describe("a reversal that would overdraw", () => {
  it("of the disbursement of a loan that was paid is refused and changes nothing", async () => {
    const api = new Api();
    const id = await disbursed(api);
    const payment = await posted(api, "payments");
    const before = await storedBooks(api.tenant);
    const refused = await reverse(api, id, { effective_at: "2024-01-05" });
    expect(refusalOf(refused)).toEqual([409, "would_overdraw"]);
    expect(refused.body.detail).toContain(`1100 Principal Receivable of loan ${LOAN}`);
    expect(refused.body.detail).toContain(DAY);
    expect(await storedBooks(api.tenant)).toEqual(before);
    entryIdOf(await reverse(api, payment, { effective_at: DAY }));
    entryIdOf(await reverse(api, id, { effective_at: DAY }));
  });

  it("of a fee that was paid is refused, and of a payment whose suspense was applied", async () => {
    const api = new Api();
    await disbursed(api, { amount_minor: "0" });
    const payment = await posted(api, "payments", { amount_minor: "500" });
    const fee = await posted(api, "fees");
    const application = await posted(api, "suspense-applications");
    expect(refusalOf(await reverse(api, fee))).toEqual([409, "would_overdraw"]);
    expect(refusalOf(await reverse(api, payment))).toEqual([409, "would_overdraw"]);
    for (const id of [application, fee, payment]) entryIdOf(await reverse(api, id, { effective_at: DAY }));
    expect(await loanParts(api)).toEqual(["0", "0", "0", "0"]);
  });

  it("includes future days: a payment of next year prevents the disbursement's reversal", async () => {
    const api = new Api();
    const id = await disbursed(api);
    await posted(api, "payments", { effective_at: "2999-01-01" });
    const refused = await reverse(api, id);
    expect(refusalOf(refused)).toEqual([409, "would_overdraw"]);
    expect(refused.body.detail).toContain("2999-01-01");
  });
});
