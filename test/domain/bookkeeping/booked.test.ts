import { expect, it } from "vitest";
import { grossAfter } from "../../../src/domain/bookkeeping/booked.ts";
import type { Move } from "../../../src/domain/bookkeeping/rules.ts";

const move = (debit: Move["debit"], credit: Move["credit"], amount_minor: bigint): Move => ({
  ...{ debit, credit, amount_minor },
});

it("gross sums keep debits and credits apart, of the accounts of a loan's balances only", () => {
  const agreed = grossAfter(new Map(), "USD", [move("1100", "2100", 2000n), move("1400", "2300", 1n)], 1n);
  expect([...agreed]).toEqual([
    ["USD 1100 DR", 2000n],
    ["USD 2100 CR", 2000n],
    ["USD 1400 DR", 1n],
  ]);
  const paid = grossAfter(agreed, "USD", [move("1000", "1100", 300n), move("2300", "4100", 1n)], 1n);
  expect(Object.fromEntries(paid)).toEqual({
    ...{ "USD 1100 DR": 2000n, "USD 1100 CR": 300n },
    ...{ "USD 2100 CR": 2000n, "USD 1400 DR": 1n },
  });
  const foreign = grossAfter(new Map([["USD 1100 CR", 5n]]), "EUR", [move("1000", "1100", 7n)], 1n);
  expect(Object.fromEntries(foreign)).toEqual({ "USD 1100 CR": 5n, "EUR 1100 CR": 7n });
});

it("a recovery counts against the loss, as a credit of it", () => {
  const lost = grossAfter(new Map(), "USD", [move("5100", "1100", 9n)], 1n);
  const recovered = grossAfter(lost, "USD", [move("1000", "4300", 4n)], 1n);
  expect(Object.fromEntries(recovered)).toEqual({
    ...{ "USD 5100 DR": 9n, "USD 1100 CR": 9n, "USD 5100 CR": 4n },
  });
});

it("a sum that is taken back to the last unit is gone, and one of a single unit is not", () => {
  const moves = [move("1100", "2100", 3n)];
  const before = grossAfter(new Map(), "USD", moves, 1n);
  const one = grossAfter(before, "USD", [move("1100", "2100", 2n)], -1n);
  expect(Object.fromEntries(one)).toEqual({ "USD 1100 DR": 1n, "USD 2100 CR": 1n });
  expect(grossAfter(before, "USD", moves, -1n)).toEqual(new Map());
});
