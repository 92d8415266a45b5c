import { expect, it } from "vitest";
import type { LedgerCommand } from "../../../src/domain/ledger/decide.ts";
import {
  disbursed,
  fee,
  type LedgerInMemory,
  ledgerAfter,
  reversal,
  settlement,
} from "./ledger-in-memory.ts";

const DAY = "2024-02-01";
type Item = Extract<LedgerCommand, { type: "disbursements_settled" }>["settlements"][number];

const item = (disbursement_entry_id: string | null, change: Partial<Item> = {}): Item => ({
  disbursement_entry_id,
  disbursement_id: null,
  effective_at: DAY,
  bank_account_ref: "main",
  external_ref: null,
  ...change,
});
const batch = (...settlements: readonly Item[]): LedgerCommand => ({
  type: "disbursements_settled",
  settlements,
  actor: "teller",
});
const errorsOf = (ledger: LedgerInMemory, command: LedgerCommand) => {
  const decided = ledger.run(command);
  return decided.ok ? [] : decided.error.errors?.map(({ field, code }) => `${field} ${code}`);
};

it("each settlement has an entry, its position, and what it settles", () => {
  const ledger = ledgerAfter(disbursed(5n), disbursed(7n, { loan_id: "other" }));
  const { entries, settles, answer } = ledger.accept(
    batch(
      item("entry-2", { external_ref: "payout" }),
      item("entry-1", { bank_account_ref: "ops", effective_at: "2024-02-02" }),
    ),
  );
  expect(settles).toEqual(["entry-2", "entry-1"]);
  expect(entries).toMatchObject([
    {
      ...{
        position: 0,
        effective_at: DAY,
        external_ref: "payout",
        bank_account_ref: "main",
        actor: "teller",
      },
      ...{ settles_entry_id: "entry-2", correlation_id: "event-2" },
      postings: [{ debit: "2100", credit: "1000", amount_minor: 7n, loan: { loan_id: "other" } }],
    },
    {
      ...{ position: 1, effective_at: "2024-02-02", external_ref: null, bank_account_ref: "ops" },
      postings: [{ amount_minor: 5n }],
    },
  ]);
  expect(answer).toEqual({
    settlement_event_id: "event-3",
    settlements: entries.map(({ journal_entry_id }, place) => ({
      disbursement_entry_id: settles?.[place],
      journal_entry_id,
    })),
    posted_at: "2026-01-02T03:04:05.006Z",
  });
  expect(errorsOf(ledger, batch(item("entry-1")))).toEqual([
    "settlements.0.disbursement_entry_id already_settled",
  ]);
});

it("an item is refused for what the ones before it have done, and nothing of the batch stays", () => {
  const ledger = ledgerAfter(disbursed(5n), fee(1n, DAY));
  expect(errorsOf(ledger, batch(item("entry-1"), item("entry-9"), item("entry-2"), item("entry-1")))).toEqual(
    [
      "settlements.1.disbursement_entry_id not_found",
      "settlements.2.disbursement_entry_id not_settleable",
      "settlements.3.disbursement_entry_id already_settled",
    ],
  );
  expect(errorsOf(ledger, batch(item("entry-1", { effective_at: "2023-12-31" })))).toEqual([
    "settlements.0.effective_at inconsistent_dates",
  ]);
  expect(errorsOf(ledger, batch(item("entry-1", { effective_at: "2024-01-01" })))).toEqual([]);
});

it("a closed day is refused at its item, after an unknown entry and before everything else", () => {
  const ledger = ledgerAfter(disbursed(5n), fee(1n, DAY));
  ledger.closed_through = "2024-01-31";
  const late = { effective_at: "2024-01-31" };
  expect(errorsOf(ledger, batch(item("entry-1"), item("entry-2", late), item("entry-9", late)))).toEqual([
    "settlements.1.disbursement_entry_id period_closed",
    "settlements.2.disbursement_entry_id not_found",
  ]);
});

it("the origination of a disbursement is found by its id", () => {
  const ledger = ledgerAfter(disbursed(5n));
  ledger.state.originations.set("L-1", "entry-1");
  const of = (disbursement_id: string) => item(null, { disbursement_id });
  expect(errorsOf(ledger, batch(of("L-2"), of("L-1"), of("L-1")))).toEqual([
    "settlements.0.disbursement_id not_found",
    "settlements.2.disbursement_id already_settled",
  ]);
  expect(ledger.run(batch(of("L-2")))).toMatchObject({
    error: { errors: [{ message: "The books have no origination of the disbursement L-2." }] },
  });
  expect(ledger.accept(batch(of("L-1"))).settles).toEqual(["entry-1"]);
});

it("bank accounts are counted with those that the items before open", () => {
  const ledger = ledgerAfter(disbursed(1n), disbursed(2n), disbursed(3n));
  ledger.state.banks.count = 199;
  const at = (entry: string, bank_account_ref: string) => item(entry, { bank_account_ref });
  expect(errorsOf(ledger, batch(at("entry-1", "a"), at("entry-2", "b"), at("entry-3", "a")))).toEqual([
    "settlements.1.disbursement_entry_id too_many_bank_accounts",
  ]);
  expect(errorsOf(ledger, batch(at("entry-1", "a"), at("entry-3", "a")))).toEqual([]);
});

it("two settlements of one loan together take no more than its clearing has on any day", () => {
  const ledger = ledgerAfter(
    disbursed(10n),
    disbursed(5n, { effective_at: DAY }),
    settlement("entry-1", DAY),
  );
  ledger.accept(reversal("entry-3", "2024-02-20"));
  expect(errorsOf(ledger, batch(item("entry-2"), item("entry-1", { effective_at: "2024-02-19" })))).toEqual([
    "settlements.1.disbursement_entry_id would_overdraw",
  ]);
  expect(errorsOf(ledger, batch(item("entry-2"), item("entry-1", { effective_at: "2024-02-20" })))).toEqual(
    [],
  );
});
