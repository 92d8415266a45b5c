import { describe, expect, it } from "vitest";
import { rowWriter } from "../../../src/store/d1/rows.ts";
import { ledgerLoans } from "../../../src/store/ledger/tables.ts";
import { purchaseClients } from "../../../src/store/tape/tables.ts";

const loan = { tenant_id: "t", loan_id: "L", borrower_id: "B", currency: "USD", follows_records: false };

describe("a row writer", () => {
  it("compiles for a row of the table, and sends it as one parameter", () => {
    expect(rowWriter(ledgerLoans)([loan])).toEqual([
      { sql: expect.stringContaining('insert into "ledger_loans"'), params: ['[["t","L","B","USD",0]]'] },
    ]);
  });

  it("sends nothing for no rows", () => {
    expect(rowWriter(ledgerLoans)([])).toEqual([]);
  });

  it("splits rows over as many parameters as D1's limit on a parameter requires", () => {
    const rows = Array.from({ length: 5 }, (_, n) => ({
      ...loan,
      loan_id: `L-${n}`,
      borrower_id: "x".repeat(400_000),
    }));
    const sizes = rowWriter(ledgerLoans)(rows).map(({ params }) => JSON.parse(String(params[0])).length);
    expect(sizes).toEqual([2, 2, 1]);
  });
});

it("does not compile for a misspelt, additional or missing column, or one of another type", () => {
  // The compiler is the test (`npm run types`): an error that does not come is an error.
  const mistakes = () => {
    const write = rowWriter(ledgerLoans);
    const { currency, ...rest } = loan;
    // @ts-expect-error a misspelt column
    write([{ ...rest, curency: currency }]);
    // @ts-expect-error a column that the table does not have
    write([{ ...loan, amount: 1n }]);
    // @ts-expect-error a column is missing
    write([rest]);
    // @ts-expect-error a text column takes no number
    write([{ ...loan, borrower_id: 5 }]);
    // @ts-expect-error a column that may not be null
    write([{ ...loan, borrower_id: null }]);
    // @ts-expect-error rows of another table
    rowWriter(purchaseClients)([loan]);
  };
  expect(mistakes).toThrow(TypeError);
});
