import { describe, expect, it } from "vitest";
import { columnLabel } from "../../src/console/tables/labels.ts";
import {
  addressOf,
  askedOf,
  listParametersOf,
  shownColumns,
  tableNamed,
} from "../../src/console/tables/query.ts";
import { LOOKUP_TABLES, type LookupTable } from "../../src/contract/lookup/tables.ts";

const payments = tableNamed("payments") as LookupTable;

describe("the columns of a table", () => {
  it.each(LOOKUP_TABLES)("of $name have labels that tell them apart", ({ columns }) => {
    const labels = Object.keys(columns).map(columnLabel);
    expect(new Set(labels).size).toBe(labels.length);
    for (const label of labels) expect(label).toMatch(/^[A-Z][^_]*$/);
  });

  it("are chosen in the address, in the table's order and always with the id", () => {
    const asked = askedOf(payments, new URLSearchParams("columns=status,due_date,password&status=paid"));
    expect(shownColumns(payments, asked)).toEqual(["payment_id", "status", "due_date"]);
    expect(addressOf(payments, asked)).toBe("#/tables/payments?status=paid&columns=status%2Cdue_date");
    expect(listParametersOf(asked)).not.toHaveProperty("columns");
    expect(shownColumns(payments, { columns: [] })).toEqual(Object.keys(payments.columns));
  });
});
