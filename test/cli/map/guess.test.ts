import { describe, expect, it } from "vitest";
import { Guesser } from "../../../src/cli/map/guess.ts";
import { mapping } from "../../../src/contract/tape/mapping.ts";

const guess = (table: Readonly<Record<string, readonly string[]>>) =>
  new Guesser(Object.entries(table).map(([name, cells]) => ({ name, cells }))).guess("tape");

const fieldsOf = ({ mapping: { events } }: ReturnType<typeof guess>) =>
  events.map(({ category, fields }) => [
    category,
    Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, value.column ?? value.constant ?? value.template]),
    ),
  ]);

describe("a first mapping", () => {
  it("finds borrower, loan and balance by the names of tapes", () => {
    const found = guess({
      LoanNumber: ["7"],
      BorrowerName: ["Ann"],
      "Original UPB": ["$1,500.00"],
      origination_date: ["31/01/2026"],
      Maturity: ["28/02/2027"],
      "Current balance": ["1,200.10"],
      DPD: ["0"],
      Region: ["N"],
    });
    expect(fieldsOf(found)).toEqual([
      ["client", { client_id: "BorrowerName", name: "BorrowerName" }],
      [
        "disbursement",
        {
          disbursement_id: "LoanNumber",
          kind: "loan",
          client_id: "BorrowerName",
          disbursement_amount: "Original UPB",
          disbursement_date: "origination_date",
          maturity_date: "Maturity",
        },
      ],
    ]);
    expect(found.mapping).toMatchObject({
      decimal: ".",
      date_format: "DD/MM/YYYY",
      tie_out: {
        disbursement_id: { column: "LoanNumber" },
        outstanding: { column: "Current balance" },
        days_past_due: { column: "DPD" },
      },
    });
    expect(found.missing).toContainEqual(
      "disbursement.currency is required, and no column seems to hold it.",
    );
    expect(mapping.safeParse(found.mapping).success).toBe(true);
  });

  it("finds the installments of a wide table", () => {
    const found = guess({
      loan_id: ["7"],
      amount: ["9"],
      "Due 1": ["2026-01-01"],
      "Amount 1": ["4"],
      "Due 2": [""],
      "Amount 2": [""],
    });
    expect(found.mapping.events.at(-1)).toEqual({
      category: "payment",
      each: ["1", "2"],
      when: { column: "Due {each}", given: true },
      fields: {
        payment_id: { template: "{loan_id}-{each}" },
        disbursement_id: { column: "loan_id" },
        status: { constant: "expected" },
        due_date: { column: "Due {each}" },
        payment_total: { column: "Amount {each}" },
      },
    });
    expect(mapping.safeParse(found.mapping).success).toBe(true);
  });

  it("finds a tape of receipts", () => {
    const found = guess({
      "Receipt no": ["1"],
      "Loan no": ["7"],
      "Paid on": ["2026-01-01"],
      "Amount paid": ["5"],
      Currency: ["EUR"],
    });
    expect(fieldsOf(found)).toEqual([
      [
        "payment",
        {
          payment_id: "Receipt no",
          disbursement_id: "Loan no",
          status: "paid",
          due_date: "Paid on",
          payment_date: "Paid on",
          payment_total: "Amount paid",
        },
      ],
    ]);
  });

  it("decides nothing that the samples leave open", () => {
    const found = guess({
      "Loan id": ["1", "2"],
      Amount: ["1.100", "2.500"],
      "Start date": ["01/02/2026", "03/04/2026"],
    });
    expect(found.mapping).not.toHaveProperty("decimal");
    expect(found.mapping).not.toHaveProperty("date_format");
    expect(found.missing.join("\n")).toMatch(/"Start date" may be DD\/MM\/YYYY or MM\/DD\/YYYY/);
    expect(found.missing.join("\n")).toMatch(/"Amount" needs "decimal"/);
  });

  it("is empty for a table of something else", () => {
    expect(guess({ a: ["1"], b: ["2"] }).mapping.events).toEqual([]);
  });
});
