import { describe, expect, it } from "vitest";
import {
  addToBook,
  balanceAt,
  EMPTY_BOOK,
  firstDayBelow,
  leastFrom,
  minus,
  mostFrom,
  NO_AMOUNTS,
  type Outline,
  plus,
  plusPart,
} from "../../../src/domain/ledger/loan-book.ts";

const of = (principal: bigint) => ({ ...NO_AMOUNTS, principal });

describe("a loan's book by day", () => {
  // 10 on the 1st, 4 on the 3rd, 9 on the 5th.
  const book = {
    balances: of(9n),
    from: "2024-01-01",
    later: [
      { day: "2024-01-03", changes: of(-6n) },
      { day: "2024-01-05", changes: of(5n) },
    ],
  };

  it("knows the balance at the end of each day, and no earlier one", () => {
    const at = (day: string) => balanceAt(book, "principal", day);
    expect(["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"].map(at)).toEqual([
      10n,
      10n,
      4n,
      4n,
      9n,
    ]);
    expect(() => at("2023-12-31")).toThrow("the book is known from 2024-01-01 on");
    expect(balanceAt(EMPTY_BOOK, "principal", "2024-01-01")).toBe(0n);
  });

  it("knows the lowest and the highest balance from a day on", () => {
    expect(leastFrom(book, "principal", "2024-01-01")).toBe(4n);
    expect(leastFrom(book, "principal", "2024-01-05")).toBe(9n);
    expect(mostFrom(book, "principal", "2024-01-01")).toBe(10n);
    expect(mostFrom(book, "principal", "2024-01-03")).toBe(9n);
    expect(firstDayBelow(book, "principal", "2024-01-01", 5n)).toBe("2024-01-03");
    expect(firstDayBelow(book, "principal", "2024-01-04", 10n)).toBe("2024-01-04");
    expect(firstDayBelow(book, "principal", "2024-01-01", 4n)).toBeNull();
  });

  it("takes a posting of any day from its first one on, also between two others", () => {
    expect(addToBook(book, "2024-01-01", of(1n))).toEqual({ ...book, balances: of(10n) });
    expect(addToBook(book, "2024-01-05", of(1n))).toMatchObject({
      balances: of(10n),
      later: [{ day: "2024-01-03" }, { day: "2024-01-05", changes: of(6n) }],
    });
    const between = addToBook(book, "2024-01-04", of(1n));
    expect("later" in between && between.later.map(({ day }) => day)).toEqual([
      "2024-01-03",
      "2024-01-04",
      "2024-01-05",
    ]);
    expect(between).toMatchObject({ from: "2024-01-01" });
    const first = addToBook(book, "2024-01-02", of(1n));
    expect("later" in first && first.later.map(({ day }) => day)).toEqual([
      "2024-01-02",
      "2024-01-03",
      "2024-01-05",
    ]);
    expect(() => addToBook(book, "2023-12-31", of(1n))).toThrow("the book is known from 2024-01-01 on");
  });
});

describe("the outline of a loan", () => {
  const outline = {
    balances: of(9n),
    from: "2024-01-01",
    at: of(10n),
    least: of(4n),
    leastDays: { principal: "2024-01-03" },
    most: of(12n),
  } as unknown as Outline;

  it("knows its own day, and the lowest and the highest balance after it", () => {
    expect(balanceAt(outline, "principal", "2024-01-01")).toBe(10n);
    expect(leastFrom(outline, "principal", "2024-01-01")).toBe(4n);
    expect(mostFrom(outline, "principal", "2024-01-01")).toBe(12n);
    expect(firstDayBelow(outline, "principal", "2024-01-01", 5n)).toBe("2024-01-03");
    expect(firstDayBelow(outline, "principal", "2024-01-01", 11n)).toBe("2024-01-01");
    expect(() => balanceAt(outline, "principal", "2024-01-02")).toThrow("the outline is of 2024-01-01");
  });

  it("takes postings of its own day alone, which move all that follows", () => {
    expect(addToBook(outline, "2024-01-01", of(2n))).toEqual({
      ...outline,
      ...{ balances: of(11n), at: of(12n), least: of(6n), most: of(14n) },
    });
    expect(() => addToBook(outline, "2024-01-02", of(2n))).toThrow("the outline is of 2024-01-01");
  });
});

it("amounts add and subtract part by part, and recovered money lowers the loss", () => {
  const [a, b] = [
    { ...of(5n), fees: 1n },
    { ...of(2n), fees: 3n },
  ];
  expect(plus(a, b)).toEqual({ ...of(7n), fees: 4n });
  expect(minus(a, b)).toEqual({ ...of(3n), fees: -2n });
  expect(plusPart(a, "4300", 2n)).toEqual({ ...a, loss: -2n });
  expect(plusPart(a, "5100", 2n)).toEqual({ ...a, loss: 2n });
  expect(plusPart(a, "1100", 2n)).toEqual({ ...a, principal: 7n });
  expect(plusPart(a, "1000", 2n)).toEqual(a);
  expect(NO_AMOUNTS).toEqual({
    ...{ principal: 0n, interest: 0n, fees: 0n, clearing: 0n, suspense: 0n, margin: 0n, loss: 0n },
  });
});
