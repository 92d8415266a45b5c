import { expect, it } from "vitest";
import { FIRST, loan, ROWS } from "../position/loans.ts";
import { examined } from "./examined.ts";

it("a disbursement's position as of a day is computed once, and that of another day is another", () => {
  const one = examined(loan(FIRST, [], ROWS));
  const late = one.positionAt("2026-02-15");
  expect(one.positionAt("2026-01-15")).not.toBe(late);
  expect(one.positionAt("2026-02-15")).toBe(late);
});
