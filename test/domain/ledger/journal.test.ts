import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { INT64_MAX } from "../../../src/domain/core/money.ts";
import { ACCOUNTS, type AccountCode } from "../../../src/domain/ledger/accounts.ts";
import {
  addTotals,
  journalLines,
  mirror,
  NO_TOTAL,
  type Posting,
  totalsOf,
} from "../../../src/domain/ledger/journal.ts";

const account = fc.constantFrom(...(Object.keys(ACCOUNTS) as AccountCode[]));
const posting: fc.Arbitrary<Posting> = fc.record({
  debit: account,
  credit: account,
  amount_minor: fc.oneof(fc.constantFrom(0n, 1n, INT64_MAX), fc.bigInt({ min: 0n, max: INT64_MAX })),
  loan: fc.constantFrom(null, { loan_id: "loan", borrower_id: "borrower" }),
});
const postings = fc.array(posting, { maxLength: 8 });

describe("postings", () => {
  it("always balance: the type cannot express an unbalanced entry", () => {
    fc.assert(
      fc.property(postings, (some) => {
        const { dr_minor, cr_minor } = [...totalsOf(some).values()].reduce(addTotals, NO_TOTAL);
        expect(dr_minor).toBe(cr_minor);
        const sum = (direction: string) =>
          journalLines(some)
            .filter((line) => line.direction === direction)
            .reduce((total, line) => total + line.amount_minor, 0n);
        expect([sum("DR"), sum("CR")]).toEqual([dr_minor, cr_minor]);
      }),
      { seed: 4 },
    );
  });

  it("equal the mirror image of their mirror image", () => {
    fc.assert(
      fc.property(postings, (some) => {
        expect(mirror(mirror(some))).toEqual(some);
      }),
      { seed: 4 },
    );
  });

  it("and their mirror image together leave every account unchanged", () => {
    fc.assert(
      fc.property(postings, (some) => {
        for (const { dr_minor, cr_minor } of totalsOf([...some, ...mirror(some)]).values()) {
          expect(dr_minor).toBe(cr_minor);
        }
      }),
      { seed: 4 },
    );
  });

  it("show as lines numbered from 1, one for each account, side and loan", () => {
    fc.assert(
      fc.property(postings, (some) => {
        const lines = journalLines(some);
        expect(lines.map(({ sequence }) => sequence)).toEqual(lines.map((_, index) => index + 1));
        const keys = lines.map(({ account_code, direction, loan }) => [
          account_code,
          direction,
          loan?.loan_id,
        ]);
        const wanted = some.flatMap(({ debit, credit, loan }) => [
          [debit, "DR", loan?.loan_id],
          [credit, "CR", loan?.loan_id],
        ]);
        const texts = (all: readonly unknown[]) => all.map((one) => JSON.stringify(one));
        expect(texts(keys)).toEqual([...new Set(texts(wanted))]);
      }),
      { seed: 4 },
    );
  });

  it("keep their numbers in the entry where a loan's journal shows only some of them", () => {
    const part = (line: number): Posting => ({
      ...{ debit: "1200", credit: "4100", amount_minor: 5n, loan: null, line },
    });
    expect(journalLines([part(3)]).map(({ sequence }) => sequence)).toEqual([7, 8]);
    expect(journalLines([{ ...part(1), debit: "1300" }, part(4)]).map(({ sequence }) => sequence)).toEqual([
      3, 4, 9,
    ]);
  });

  it("keep every unit beyond 2^53", () => {
    const one: Posting = { debit: "1100", credit: "2100", amount_minor: INT64_MAX, loan: null };
    expect(totalsOf([one, one]).get("1100")).toEqual({ dr_minor: 2n * INT64_MAX, cr_minor: 0n });
  });
});
