import { describe, expect, it } from "vitest";
import { addLedgerNeeds, isOfManyLoans, type LedgerCommand } from "../../../src/domain/ledger/decide.ts";
import { noLedgerNeeds } from "../../../src/domain/ledger/state.ts";
import { disbursed, fee, interest, LedgerInMemory, ledgerAfter, reversal } from "./ledger-in-memory.ts";

const DAY = "2024-02-01";
const POSTED_AT = "2026-01-02T03:04:05.006Z";

const correction = (
  accrual_entry_id: string,
  interest_minor: bigint,
  change: object = {},
): LedgerCommand => ({
  type: "accrual_corrected",
  accrual_entry_id,
  loan_id: "loan",
  interest_minor,
  interest_remainder: null,
  reason: "Late news",
  actor: "me",
  ...change,
});

const one = (disbursement_entry_id: string | null, change: object = {}) => ({
  disbursement_entry_id,
  disbursement_id: null,
  effective_at: DAY,
  bank_account_ref: "ops",
  external_ref: null,
  ...change,
});
const batch = (...settlements: readonly ReturnType<typeof one>[]): LedgerCommand => ({
  type: "disbursements_settled",
  settlements,
  actor: "me",
});

describe("a correction of an accrual", () => {
  const accrued = () => ledgerAfter(disbursed(100n), interest(10n, DAY, 100n));

  it("posts the difference on the accrual's day, either way", () => {
    const less = accrued().accept(correction("entry-2", 7n));
    expect(less.entries).toMatchObject([
      {
        ...{ event_type: "accrual_corrected", effective_at: DAY, value_date: DAY, correlation_id: "event-2" },
        ...{ description: "Late news", actor: "me", currency: "USD" },
        postings: [{ debit: "4100", credit: "1200", amount_minor: 3n, loan: { loan_id: "loan" } }],
      },
    ]);
    expect(less.answer).toEqual({
      ...{ correction_event_id: "event-3", journal_entry_id: "entry-3", difference_minor: "-3" },
      posted_at: POSTED_AT,
    });
    expect(accrued().accept(correction("entry-2", 12n)).entries).toMatchObject([
      { postings: [{ debit: "1200", credit: "4100", amount_minor: 2n }] },
    ]);
  });

  it("to the same figure posts nothing", () => {
    expect(accrued().accept(correction("entry-2", 10n))).toMatchObject({
      entries: [],
      answer: { correction_event_id: "event-3", difference_minor: "0", posted_at: POSTED_AT },
    });
    expect(accrued().accept(correction("entry-2", 10n)).answer).not.toHaveProperty("journal_entry_id");
  });

  it("is refused for what is no accrual, is unknown, or has no such loan", () => {
    expect(accrued().run(correction("entry-9", 1n))).toMatchObject({ error: { code: "not_found" } });
    expect(accrued().run(correction("entry-1", 1n))).toMatchObject({ error: { code: "not_reversible" } });
    expect(accrued().run(correction("entry-2", 1n, { loan_id: "other" }))).toMatchObject({
      error: { errors: [{ field: "loan_id", code: "unknown_reference" }] },
    });
  });

  it("needs its accrual and its loan", () => {
    const needs = noLedgerNeeds();
    addLedgerNeeds(needs, correction("entry-2", 1n) as never, { earliest: DAY, today: DAY });
    expect([...needs.corrections]).toEqual([["entry-2", "loan"]]);
  });
});

describe("a batch of settlements", () => {
  const lent = () => ledgerAfter(disbursed(5n), fee(1n, DAY));

  it("settles its entry, and answers with the pair", () => {
    const { entries, settles, answer } = lent().accept(batch(one("entry-1", { external_ref: "wire" })));
    expect(entries).toMatchObject([
      {
        ...{ event_type: "disbursement_settled", settles_entry_id: "entry-1", bank_account_ref: "ops" },
        ...{ effective_at: DAY, external_ref: "wire", actor: "me", position: 0 },
        postings: [{ debit: "2100", credit: "1000", amount_minor: 5n }],
      },
    ]);
    expect(settles).toEqual(["entry-1"]);
    expect(answer).toEqual({
      settlement_event_id: "event-3",
      settlements: [{ disbursement_entry_id: "entry-1", journal_entry_id: entries[0]?.journal_entry_id }],
      posted_at: POSTED_AT,
    });
  });

  it("is refused as a whole, with each fault at its index", () => {
    const early = one("entry-1", { effective_at: "2023-12-31" });
    const ledger = lent();
    expect(ledger.run(batch(one("entry-9"), one("entry-2"), early))).toMatchObject({
      ok: false,
      error: {
        code: "validation_error",
        errors: [
          { field: "settlements.0.disbursement_entry_id", code: "not_found" },
          { field: "settlements.1.disbursement_entry_id", code: "not_settleable" },
          { field: "settlements.2.effective_at" },
        ],
      },
    });
    expect(ledger.run(batch(one(null, { disbursement_id: "D-1" })))).toMatchObject({
      error: { errors: [{ field: "settlements.0.disbursement_id" }] },
    });
    ledger.closed_through = "2024-02-29";
    expect(ledger.run(batch(one("entry-1")))).toMatchObject({
      error: { errors: [{ field: "settlements.0.disbursement_entry_id", code: "period_closed" }] },
    });
  });

  it("needs its entries, the originations that it names, and its bank accounts", () => {
    const needs = noLedgerNeeds();
    const named = batch(one("entry-1"), one(null, { disbursement_id: "D-1", bank_account_ref: "b" }));
    addLedgerNeeds(needs, named as never, { earliest: DAY, today: DAY });
    expect([...needs.entries]).toEqual([["entry-1", DAY]]);
    expect([...needs.originations]).toEqual(["D-1"]);
    expect([...needs.banks]).toEqual(["ops", "b"]);
  });
});

it("a command is of many loans from 101 on", () => {
  const accrual = interest(1n, DAY, 5n) as LedgerCommand & { type: "accrual" };
  const of = (count: number): LedgerCommand => ({
    ...accrual,
    loans: Array.from({ length: count }, () => accrual.loans[0] ?? expect.unreachable()),
  });
  const settled = (count: number) => batch(...Array.from({ length: count }, () => one("entry-1")));
  expect([of(100), of(101)].map((command) => isOfManyLoans(command))).toEqual([false, true]);
  expect([settled(100), settled(101)].map((command) => isOfManyLoans(command))).toEqual([false, true]);
  const { state } = ledgerAfter(disbursed(5n));
  expect(isOfManyLoans(reversal("entry-1"), state)).toBe(false);
  expect(isOfManyLoans(reversal("entry-9"), state)).toBe(false);
  expect(isOfManyLoans(fee(1n, DAY), new LedgerInMemory().state)).toBe(false);
});
