import { describe, expect, it } from "vitest";
import { INT64_MAX } from "../../../src/domain/core/money.ts";
import type { LedgerCommand } from "../../../src/domain/ledger/decide.ts";
import type { Entry } from "../../../src/domain/ledger/journal.ts";
import {
  correction,
  disbursed,
  fee,
  interest,
  type LedgerInMemory,
  ledgerAfter,
  payment,
  reversal,
} from "./ledger-in-memory.ts";

const DAY = "2024-01-10";
const LATER = "2024-02-01";

/** A loan of 1000 with interest of 100 for `DAY`, which is `entry-2`. */
const accrued = (): LedgerInMemory => ledgerAfter(disbursed(1_000n), interest(100n, DAY, 1_000n));

const codeOf = (ledger: LedgerInMemory, command: LedgerCommand) => {
  const decided = ledger.run(command);
  if (decided.ok) return null;
  return decided.error.errors?.map(({ field, code }) => `${field} ${code}`).join() ?? decided.error.code;
};
const lines = ({ postings, effective_at, value_date }: Entry) => [
  effective_at,
  value_date,
  ...postings.map(({ debit, credit, amount_minor }) => `${debit} ${credit} ${amount_minor}`),
];

describe("a correction", () => {
  it.each([
    ["less", 40n, ["4100 1200 60"]],
    ["nothing", 0n, ["4100 1200 100"]],
    ["more", 101n, ["1200 4100 1"]],
  ])(
    "to %s posts the difference on the accrual date, with the loan and the accrual's correlation",
    (_, to, expected) => {
      const entry = accrued().entry(correction("entry-2", to));
      expect(lines(entry)).toEqual([DAY, DAY, ...expected]);
      expect(entry).toMatchObject({
        ...{ event_type: "accrual_corrected", correlation_id: "event-2", description: "wrong rate" },
        postings: [{ loan: { loan_id: "loan", borrower_id: "borrower" } }],
      });
    },
  );

  it("answers its event, its entry and the difference", () => {
    expect(accrued().accept(correction("entry-2", 40n)).answer).toEqual({
      ...{ correction_event_id: "event-3", journal_entry_id: "entry-3", difference_minor: "-60" },
      posted_at: "2026-01-02T03:04:05.006Z",
    });
    expect(accrued().accept(correction("entry-2", 100n)).answer).toEqual({
      ...{ correction_event_id: "event-3", difference_minor: "0", posted_at: "2026-01-02T03:04:05.006Z" },
    });
  });

  it("is measured against the last one, and without a difference has no entry", () => {
    const ledger = accrued();
    ledger.accept(correction("entry-2", 40n));
    expect(ledger.accept(correction("entry-2", 40n))).toMatchObject({
      entries: [],
      answer: { difference_minor: "0" },
    });
    expect(ledger.accept(correction("entry-2", 70n)).answer).toMatchObject({ difference_minor: "30" });
  });

  it("of a closed day is posted on the first open day", () => {
    const ledger = accrued();
    ledger.closed_through = "2024-01-31";
    expect(lines(ledger.entry(correction("entry-2", 99n)))).toEqual([LATER, DAY, "4100 1200 1"]);
  });

  it("takes what is unpaid on every day from its own, to the last unit", () => {
    const paid = () => {
      const ledger = accrued();
      ledger.accept(payment(30n, "2024-03-01"));
      return ledger;
    };
    expect(codeOf(paid(), correction("entry-2", 29n))).toBe("exceeds_balance");
    expect(codeOf(paid(), correction("entry-2", 30n))).toBeNull();
  });

  it("is refused beyond 64 bits", () => {
    const ledger = accrued();
    ledger.accept(interest(INT64_MAX - 100n, "2024-01-11", 1_000n));
    expect(codeOf(ledger, correction("entry-2", 101n))).toBe("amount_overflow");
    expect(codeOf(ledger, correction("entry-2", 100n))).toBeNull();
  });

  it("is refused for another entry, another loan, and a reversed accrual, in this order", () => {
    const ledger = accrued();
    ledger.accept(fee(5n, DAY));
    const other = (id: string) => ({ ...correction(id, 1n), loan_id: "other" }) as LedgerCommand;
    expect(codeOf(ledger, correction("entry-9", 1n))).toBe("not_found");
    expect(codeOf(ledger, other("entry-3"))).toBe("not_reversible");
    expect(codeOf(ledger, other("entry-2"))).toBe("loan_id unknown_reference");
    ledger.accept(reversal("entry-2", DAY));
    expect(codeOf(ledger, other("entry-2"))).toBe("already_reversed");
    ledger.accept(interest(7n, DAY, 1_000n));
    expect(codeOf(ledger, correction("entry-2", 1n))).toBe("already_reversed");
    expect(codeOf(ledger, correction("entry-5", 1n))).toBeNull();
  });

  it("sets a remainder only where it names one", () => {
    const ledger = ledgerAfter(disbursed(1_000n), interest(1n, DAY, 1_000n, 250n));
    expect(ledger.state.remainders.get("loan")).toBe(250n);
    ledger.accept(correction("entry-2", 2n));
    expect(ledger.state.remainders.get("loan")).toBe(250n);
    ledger.accept({ ...correction("entry-2", 2n), interest_remainder: -3n } as LedgerCommand);
    expect(ledger.state.remainders.get("loan")).toBe(-3n);
    ledger.accept(interest(1n, "2024-01-11", 1_000n, 9n));
    ledger.accept(reversal("entry-2", DAY));
    // What the second day adds to the remainder: 12.
    expect(ledger.state.remainders.get("loan")).toBe(12n);
  });
});

describe("an accrual", () => {
  const both = (change: object = {}) =>
    ({
      ...interest(5n, DAY, 1_000n),
      loans: ["loan", "other"].map((loan_id, place) => ({
        ...{ loan_id, outstanding_principal_minor: 1_000n, interest_minor: BigInt(5 + place) },
        ...{ interest_remainder: null, ...change },
      })),
    }) as LedgerCommand;
  const lent = () =>
    ledgerAfter(disbursed(1_000n), disbursed(1_000n, { loan_id: "other", borrower_id: "another" }));

  it("answers its entry and the sum, and its lines have the borrowers of the loans", () => {
    const { entries, answer } = lent().accept(both());
    expect(answer).toEqual({
      ...{ accrual_event_id: "event-3", journal_entry_id: "entry-3", loan_count: 2 },
      ...{ total_accrued_minor: "11", posted_at: "2026-01-02T03:04:05.006Z" },
    });
    expect(entries[0]).toMatchObject({
      description: `Interest of ${DAY}, ACT_365, program program`,
      postings: [
        { amount_minor: 5n, loan: { borrower_id: "borrower" } },
        { amount_minor: 6n, loan: { borrower_id: "another" } },
      ],
    });
  });

  it("is reversed with a line of every loan, also of one that was corrected to nothing", () => {
    const ledger = lent();
    ledger.accept(both());
    ledger.accept(correction("entry-3", 0n));
    const reversed = { ...reversal("entry-3", DAY), reason_description: "Sent twice" } as LedgerCommand;
    const entry = ledger.entry(reversed);
    expect(entry.description).toBe("Sent twice");
    expect(lines(entry)).toEqual([DAY, DAY, "4100 1200 0", "4100 1200 6"]);
    expect(ledger.entry(reversal("entry-1", DAY)).description).toBe("Reversal: other");
  });

  it("has nothing to take back where one loan was corrected to nothing and the other had none", () => {
    const ledger = lent();
    const [first, second] = (both() as LedgerCommand & { type: "accrual" }).loans;
    if (!first || !second) return expect.unreachable();
    ledger.accept({ ...both(), loans: [first, { ...second, interest_minor: 0n }] } as LedgerCommand);
    ledger.accept(correction("entry-3", 0n));
    expect(ledger.accept(reversal("entry-3", DAY)).entries).toEqual([]);
  });

  it("is not reversed before the last correction of any of its loans", () => {
    const ledger = lent();
    ledger.accept(both());
    ledger.closed_through = "2024-01-31";
    ledger.accept(correction("entry-3", 1n));
    ledger.closed_through = null;
    expect(codeOf(ledger, reversal("entry-3", "2024-01-31"))).toBe("effective_at inconsistent_dates");
    expect(codeOf(ledger, reversal("entry-3", LATER))).toBeNull();
  });

  it("is on the principal of its own day, which is given for a late one of many loans", () => {
    const ledger = lent();
    ledger.state.principals.set("loan", 900n);
    const of = (principal: bigint) => interest(5n, DAY, principal);
    expect(codeOf(ledger, of(1_000n))).toBe("loans.0.outstanding_principal_minor principal_mismatch");
    expect(codeOf(ledger, of(900n))).toBeNull();
  });

  it("of no loan has no entry", () => {
    const none = { ...interest(5n, DAY, 1_000n), loans: [] } as LedgerCommand;
    expect(lent().accept(none)).toEqual({
      entries: [],
      answer: {
        ...{ accrual_event_id: "event-3", loan_count: 0, total_accrued_minor: "0" },
        posted_at: "2026-01-02T03:04:05.006Z",
      },
    });
  });

  it("is refused at each loan that is unknown, of another currency, accrued, or of another principal", () => {
    expect(codeOf(lent(), both({ outstanding_principal_minor: 999n }))).toBe(
      "loans.0.outstanding_principal_minor principal_mismatch,loans.1.outstanding_principal_minor principal_mismatch",
    );
    expect(codeOf(lent(), both({ loan_id: "third" }))).toBe(
      "loans.0.loan_id unknown_reference,loans.1.loan_id unknown_reference",
    );
    expect(codeOf(lent(), { ...both(), currency: "EUR" } as LedgerCommand)).toBe(
      "loans.0.loan_id currency_mismatch,loans.1.loan_id currency_mismatch",
    );
    const ledger = lent();
    ledger.accept(both());
    expect(codeOf(ledger, both())).toBe("loans.0.loan_id already_accrued,loans.1.loan_id already_accrued");
    expect(codeOf(ledger, { ...both(), accrual_date: "2024-01-11" } as LedgerCommand)).toBeNull();
  });
});

describe("the reversal of an accrual", () => {
  it("answers its entry where it has one", () => {
    const ledger = accrued();
    const answer = {
      ...{ reverses_entry_id: "entry-2", correlation_id: "event-2" },
      posted_at: "2026-01-02T03:04:05.006Z",
    };
    expect(accrued().accept(reversal("entry-2", DAY)).answer).toEqual({
      ...answer,
      journal_entry_id: "entry-3",
    });
    ledger.accept(correction("entry-2", 0n));
    expect(ledger.accept(reversal("entry-2", DAY)).answer).toEqual(answer);
  });

  it("without a day takes effect today, on the accrual's day or on the first open day, the latest of them", () => {
    const dayOf = (ledger: LedgerInMemory) => ledger.entry(reversal("entry-2")).effective_at;
    expect(dayOf(accrued())).toBe("2026-01-02");
    expect(dayOf(ledgerAfter(disbursed(1_000n), interest(1n, "2030-05-05", 1_000n)))).toBe("2030-05-05");
    const closed = accrued();
    closed.closed_through = "2026-01-31";
    expect(dayOf(closed)).toBe("2026-02-01");
  });

  it("takes back what stands", () => {
    const ledger = accrued();
    ledger.accept(correction("entry-2", 40n));
    expect(lines(ledger.entry(reversal("entry-2", DAY)))).toEqual([DAY, DAY, "4100 1200 40"]);
    expect(codeOf(ledger, reversal("entry-2", DAY))).toBe("already_reversed");
    expect(codeOf(ledger, reversal("entry-3", DAY))).toBe("not_reversible");
  });

  it("has no entry where it was corrected to nothing, and one of zeros where nothing was posted", () => {
    const ledger = accrued();
    ledger.accept(correction("entry-2", 0n));
    expect(ledger.accept(reversal("entry-2", DAY)).entries).toEqual([]);
    expect(codeOf(ledger, reversal("entry-2", DAY))).toBe("already_reversed");
    const zero = ledgerAfter(disbursed(1_000n), interest(0n, DAY, 1_000n));
    expect(lines(zero.entry(reversal("entry-2", DAY)))).toEqual([DAY, DAY, "4100 1200 0"]);
  });

  it("is not before the last of its corrections", () => {
    const ledger = accrued();
    ledger.closed_through = "2024-01-31";
    ledger.accept(correction("entry-2", 40n));
    ledger.closed_through = null;
    expect(codeOf(ledger, reversal("entry-2", "2024-01-31"))).toBe("effective_at inconsistent_dates");
    expect(codeOf(ledger, reversal("entry-2", LATER))).toBeNull();
  });
});

it("a late accrual is effective on the first open day and frees its own day when it is reversed", () => {
  const ledger = ledgerAfter(disbursed(1_000n));
  ledger.closed_through = "2024-01-31";
  const late = { ...interest(5n, DAY, 1_000n), late: true } as LedgerCommand;
  expect(lines(ledger.entry(late))).toEqual([LATER, DAY, "1200 4100 5"]);
  expect(codeOf(ledger, late)).toBe("loans.0.loan_id already_accrued");
  expect(codeOf(ledger, reversal("entry-2", LATER))).toBeNull();
  expect(codeOf(ledger, late)).toBeNull();
});
