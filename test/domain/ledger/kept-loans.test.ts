import { describe, expect, it } from "vitest";
import type { LedgerCommand } from "../../../src/domain/ledger/decide.ts";
import {
  application,
  chargeoff,
  correction,
  disbursed,
  fee,
  interest,
  interestWaiver,
  type LedgerInMemory,
  ledgerAfter,
  PARTY,
  payment,
  recovery,
  refund,
  reversal,
  settlement,
  waiver,
} from "./ledger-in-memory.ts";

const DAY = "2024-02-01";

/** A loan that follows its records: its disbursement is `entry-1`, its interest `entry-2`; no book is loaded. */
function kept(): LedgerInMemory {
  const ledger = ledgerAfter(disbursed(5n, { destination_ref: "D-1" }), interest(1n, "2024-01-10", 5n));
  ledger.state.loans.set("loan", { borrower_id: "borrower", currency: "USD", follows_records: true });
  ledger.state.books.clear();
  return ledger;
}
const refusalOf = (ledger: LedgerInMemory, command: LedgerCommand) => {
  const decided = ledger.run(command);
  return decided.ok ? null : decided.error;
};

describe("a loan that follows its records", () => {
  it.each([
    disbursed(1n),
    payment(1n, DAY),
    application(1n, DAY),
    fee(1n, DAY),
    waiver(1n, DAY),
    interestWaiver(1n, DAY),
    interest(1n, DAY, 5n),
    correction("entry-2", 2n),
    chargeoff(DAY),
    recovery(1n, DAY),
    refund(1n, DAY),
    reversal("entry-1"),
  ])("takes no entry from outside ($type)", (command) => {
    expect(refusalOf(kept(), command)).toEqual({
      code: "kept_by_records",
      detail: "The entries of the loan loan follow its records. Send an event to POST /ingest instead.",
    });
  });

  it("is refused as such before a closed period, and other loans are not", () => {
    const ledger = kept();
    ledger.accept(disbursed(9n, { loan_id: "other" }));
    ledger.closed_through = DAY;
    expect(refusalOf(ledger, fee(1n, DAY))?.code).toBe("kept_by_records");
    expect(refusalOf(ledger, { ...fee(1n, DAY), loan_id: "other" } as LedgerCommand)?.code).toBe(
      "period_closed",
    );
    const both = {
      ...interest(1n, DAY, 5n),
      loans: ["other", "loan"].map((loan_id) => ({
        ...{ loan_id, outstanding_principal_minor: 9n, interest_minor: 1n, interest_remainder: null },
      })),
    } as LedgerCommand;
    expect(refusalOf(ledger, both)?.code).toBe("kept_by_records");
  });

  it("is settled, and the settlement is reversed, without a book of its own", () => {
    const ledger = kept();
    const settled = ledger.entry(settlement("entry-1", DAY));
    expect(settled).toMatchObject({ external_ref: "D-1", postings: [{ amount_minor: 5n }] });
    expect(ledger.entry(reversal(settled.journal_entry_id)).postings).toEqual([
      { debit: "1000", credit: "2100", amount_minor: 5n, loan: PARTY },
    ]);
    expect([...ledger.state.books]).toEqual([]);
    expect(ledger.run(settlement("entry-1", DAY)).ok).toBe(true);
  });

  it("names its disbursement also where an entry has a line of the lender's own", () => {
    const ledger = kept();
    const entry = ledger.state.entries.get("entry-1") ?? expect.unreachable();
    const own = { debit: "1000", credit: "3000", amount_minor: 2n, loan: null } as const;
    ledger.state.entries.set("entry-1", { ...entry, postings: [own, ...entry.postings] });
    expect(ledger.entry(settlement("entry-1", DAY)).external_ref).toBe("D-1");
  });
});
