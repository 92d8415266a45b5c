import { expect, it } from "vitest";
import { ledgerLoanId, tenantNamespace } from "../../src/domain/core/uuid.ts";
import { bookedApi } from "../bookkeeping/tape.ts";
import { type Answer, Api, newKey } from "../support/api.ts";
import { individual, loan } from "../support/examples.ts";
import { oneTo } from "../support/gate.ts";
import { DAY, disbursed, entryIdOf, posted, refusalOf, reverse, settle } from "./post.ts";
import { accountSums } from "./read-books.ts";
import { expectSoundBooks, storedBooks } from "./stored-books.ts";

const UNKNOWN = "019a0000-0000-7000-8000-000000000000";

const settleAll = (api: Api, settlements: readonly object[], others: object = {}, key = newKey()) =>
  api.post(
    "/v1/disbursement-settlements/batch",
    { settlements: settlements.map((one) => ({ effective_at: DAY, ...one })), ...others },
    key,
  );

const idsOf = (answer: Answer): readonly string[] => {
  expect(answer.status, answer.text).toBe(201);
  return answer.body.settlements.map(
    ({ journal_entry_id }: { journal_entry_id: string }) => journal_entry_id,
  );
};

it("settles many entries in one event, each by an entry of its own, in order", async () => {
  const api = new Api();
  const first = await disbursed(api);
  const second = await disbursed(api, { loan_id: UNKNOWN, amount_minor: "11", currency: "EUR" });
  const key = newKey();
  const bodies = [
    { disbursement_entry_id: second, bank_account_ref: "euro", external_ref: "payout-1" },
    { disbursement_entry_id: first, effective_at: "2024-01-11" },
  ];
  const answer = await settleAll(api, bodies, { metadata: { file: "SEPA-7" } }, key);
  const [one = "", other = ""] = idsOf(answer);
  expect(answer.body).toEqual({
    settlement_event_id: expect.any(String),
    settlements: [
      { disbursement_entry_id: second, journal_entry_id: one },
      { disbursement_entry_id: first, journal_entry_id: other },
    ],
    posted_at: expect.any(String),
  });
  expect((await api.get(`/v1/journal-entries/${one}`)).body).toMatchObject({
    ...{ event_type: "disbursement_settled", effective_at: DAY, settles_entry_id: second },
    ...{ bank_account_ref: "euro" },
    lines: [
      {
        account_code: "2100",
        direction: "DR",
        amount_minor: "11",
        currency: "EUR",
        external_ref: "payout-1",
      },
      { account_code: "1000", direction: "CR", amount_minor: "11" },
    ],
  });
  expect((await api.get(`/v1/journal-entries/${other}`)).body).toMatchObject({
    effective_at: "2024-01-11",
    bank_account_ref: "main",
  });
  const again = await settleAll(api, bodies, { metadata: { file: "SEPA-7" } }, key);
  expect([again.status, again.text]).toEqual([200, answer.text]);
  const { body } = await api.get("/api/tables/events?limit=1");
  expect(body.data).toMatchObject([{ category: "ledger", step: "disbursements_settled" }]);
  expect(refusalOf(await reverse(api, first))).toEqual([409, "not_reversible"]);
  entryIdOf(await reverse(api, other, { effective_at: "2024-01-11" }));
  idsOf(await settleAll(api, [{ disbursement_entry_id: first, effective_at: "2024-01-11" }]));
  await expectSoundBooks(api.tenant);
});

it("settles originations that are named by their disbursements, also among other commands", async () => {
  const api = await bookedApi();
  await api.accept("client", individual);
  for (const id of ["L-1", "L-2", "L-3"]) {
    await api.accept("disbursement", { ...loan, disbursement_id: id, disbursement_date: "2024-01-02" });
  }
  const single = await disbursed(api);
  const answers = await Promise.all([
    settleAll(api, [{ disbursement_id: "L-2" }, { disbursement_id: "L-1", external_ref: "payout-2" }]),
    settle(api, single),
    settleAll(api, [{ disbursement_id: "L-3" }]),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
  const [batch] = answers;
  const [second = "", first = ""] = idsOf(batch);
  const referencesOf = async (id: string) =>
    (await api.get(`/v1/journal-entries/${id}`)).body.lines.map(
      (line: { external_ref?: string }) => line.external_ref,
    );
  expect([await referencesOf(second), await referencesOf(first)]).toEqual([
    ["L-2", "L-2"],
    ["payout-2", "payout-2"],
  ]);
  const again = await settleAll(api, [{ disbursement_id: "L-4" }, { disbursement_id: "L-2" }]);
  expect(refusalOf(again)).toEqual([
    400,
    "validation_error",
    "settlements.0.disbursement_id not_found",
    "settlements.1.disbursement_id already_settled",
  ]);
  const loan_id = ledgerLoanId(tenantNamespace(api.tenant), "L-2");
  const { body } = await api.get(`/v1/loans/${loan_id}/journal-entries`);
  expect(body.items[0]).toMatchObject({ event_type: "disbursement_settled", journal_entry_id: second });
  await expectSoundBooks(api.tenant);
});

it("is refused as a whole, with the single route's code at each item, and changes nothing", async () => {
  const api = new Api();
  const first = await disbursed(api);
  const second = await disbursed(api);
  const fee = await posted(api, "fees");
  const reversed = await disbursed(api, { loan_id: UNKNOWN });
  entryIdOf(await reverse(api, reversed));
  const settled = await disbursed(api, { effective_at: "2024-03-01" });
  entryIdOf(await settle(api, settled, { effective_at: "2024-03-02" }));
  const closed = await api.send("PUT", "/v1/closing", { closed_through: "2024-01-31" });
  expect(closed.status, closed.text).toBe(200);
  const on = (disbursement_entry_id: string, effective_at = "2024-03-02") => ({
    disbursement_entry_id,
    effective_at,
  });
  const before = await storedBooks(api.tenant);
  const refused = await settleAll(api, [
    on(first),
    on(UNKNOWN),
    on(fee),
    on(reversed),
    on(settled),
    on(first),
    on(second, "2024-01-31"),
    on(second, "2023-12-24"),
    on(UNKNOWN, "2024-01-01"),
  ]);
  expect(refusalOf(refused)).toEqual([
    400,
    "validation_error",
    "settlements.1.disbursement_entry_id not_found",
    "settlements.2.disbursement_entry_id not_settleable",
    "settlements.3.disbursement_entry_id already_reversed",
    "settlements.4.disbursement_entry_id already_settled",
    "settlements.5.disbursement_entry_id already_settled",
    "settlements.6.disbursement_entry_id period_closed",
    "settlements.7.disbursement_entry_id period_closed",
    "settlements.8.disbursement_entry_id not_found",
  ]);
  expect(refused.body.errors[5].message).toContain("The first open day is 2024-02-01.");
  const early = await disbursed(api, { effective_at: "2024-03-01" });
  expect(refusalOf(await settleAll(api, [on(early, "2024-02-29")]))[2]).toBe(
    "settlements.0.effective_at inconsistent_dates",
  );
  entryIdOf(await reverse(api, early));
  const after = await storedBooks(api.tenant);
  expect(after.postings.length).toBe(before.postings.length + 2);
});

it("sees what the items before it take: two disbursements of one loan, and a settlement that would overdraw", async () => {
  const api = new Api();
  const one = await disbursed(api, { amount_minor: "10" });
  const two = await disbursed(api, { amount_minor: "5", effective_at: "2024-02-01" });
  const settled = entryIdOf(await settle(api, one, { effective_at: "2024-02-01" }));
  entryIdOf(await reverse(api, settled, { effective_at: "2024-02-20" }));
  // The first settlement holds from 1 to 20 February, and another one in that time would be the second.
  const refused = await settleAll(api, [
    { disbursement_entry_id: two, effective_at: "2024-02-02" },
    { disbursement_entry_id: one, effective_at: "2024-02-03" },
  ]);
  expect(refusalOf(refused)).toEqual([
    400,
    "validation_error",
    "settlements.1.disbursement_entry_id would_overdraw",
  ]);
  idsOf(
    await settleAll(api, [
      { disbursement_entry_id: two, effective_at: "2024-02-02" },
      { disbursement_entry_id: one, effective_at: "2024-02-20" },
    ]),
  );
  expect(await accountSums(api, "2100")).toBe("25 25 0");
  await expectSoundBooks(api.tenant);
});

it("counts the bank accounts that its own items open", async () => {
  const api = new Api();
  const entries: string[] = [];
  for (const number of oneTo(3)) entries.push(await disbursed(api, { amount_minor: String(number) }));
  for (const from of [0, 99]) {
    await Promise.all(
      oneTo(99).map((number) => posted(api, "funding", { bank_account_ref: `bank-${from + number}` })),
    );
  }
  const [one = "", two = "", three = ""] = entries;
  const items = [
    { disbursement_entry_id: one, bank_account_ref: "new-1" },
    { disbursement_entry_id: two, bank_account_ref: "new-2" },
  ];
  const third = { disbursement_entry_id: three, bank_account_ref: "new-3" };
  expect(refusalOf(await settleAll(api, [...items, third]))[2]).toBe(
    "settlements.2.disbursement_entry_id too_many_bank_accounts",
  );
  idsOf(await settleAll(api, [...items, { ...third, bank_account_ref: "new-1" }]));
});

it("takes 500 settlements, and no more", async () => {
  const api = new Api();
  const entries = await Promise.all(oneTo(501).map(() => disbursed(api, { amount_minor: "3" })));
  const items = entries.map((disbursement_entry_id) => ({
    disbursement_entry_id,
    external_ref: "x".repeat(255),
  }));
  expect(refusalOf(await settleAll(api, items))).toEqual([
    400,
    "validation_error",
    "settlements invalid_value",
  ]);
  const ids = idsOf(await settleAll(api, items.slice(1)));
  expect(new Set(ids).size).toBe(500);
  expect(await accountSums(api, "1000")).toBe("0 1500 -1500");
  await expectSoundBooks(api.tenant);
});

it.each([
  [{}, "settlements.0.disbursement_entry_id invalid_value"],
  [
    { disbursement_entry_id: UNKNOWN, disbursement_id: "L-1" },
    "settlements.0.disbursement_entry_id invalid_value",
  ],
  [{ disbursement_entry_id: "x" }, "settlements.0.disbursement_entry_id invalid_value"],
  [{ disbursement_id: "" }, "settlements.0.disbursement_id invalid_value"],
  [
    { disbursement_entry_id: UNKNOWN, effective_at: "2024-02-30" },
    "settlements.0.effective_at invalid_value",
  ],
  [{ disbursement_entry_id: UNKNOWN, metadata: {} }, "settlements.0.metadata unknown_field"],
])("an item %j is refused", async (item, error) => {
  expect(refusalOf(await settleAll(new Api(), [item]))).toEqual([400, "validation_error", error]);
});

it("no settlement at all is refused", async () => {
  expect(refusalOf(await settleAll(new Api(), []))).toEqual([
    400,
    "validation_error",
    "settlements invalid_value",
  ]);
});
