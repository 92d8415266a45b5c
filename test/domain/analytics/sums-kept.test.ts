import { describe, expect, it } from "vitest";
import { ClientSums } from "../../../src/domain/analytics/client-sums.ts";
import { Lines } from "../../../src/domain/analytics/lines.ts";
import { ratio } from "../../../src/domain/analytics/ratio.ts";
import { onDay } from "../../../src/domain/analytics/span.ts";
import { FIRST, loan } from "../position/loans.ts";
import { examined } from "./examined.ts";

const ONE = loan(FIRST);
const ofClient = (client_id: string) => ({ ...ONE.disbursement, client_id });
const shared = loan({ ...FIRST, kind: "purchase" }).disbursement;

describe("sums by client", () => {
  it("know the largest, and count each client once", () => {
    const sums = new ClientSums();
    expect([sums.largest, sums.size]).toEqual([0n, 0]);
    expect(sums.add(ofClient("A"), 5n)).toBe(1);
    expect(sums.add(ofClient("B"), 7n)).toBe(1);
    expect([sums.largest, sums.size]).toEqual([7n, 2]);
    expect(sums.add(ofClient("A"), 3n)).toBe(0);
    expect([sums.largest, sums.size]).toEqual([8n, 2]);
  });

  it("take a purchase of several clients as a client of its own", () => {
    const sums = new ClientSums();
    expect([sums.add(shared, 5n), sums.add(shared, 6n)]).toEqual([0, 0]);
    expect([sums.largest, sums.size]).toEqual([6n, 0]);
  });

  it("pass over a client who owes nothing", () => {
    const sums = new ClientSums();
    expect(sums.add(ofClient("A"), 0n)).toBe(0);
    expect(sums.size).toBe(0);
  });

  it("continue from saved ones, and keep only the largest once all is added", () => {
    const sums = new ClientSums();
    sums.add(ofClient("A"), 5n);
    expect(sums.save(false)).toEqual({ largest: 5n, sums: [["A", "5"]] });
    const next = new ClientSums(sums.save(false));
    expect(next.add(ofClient("A"), 2n)).toBe(0);
    expect(next.save(true)).toEqual({ largest: 7n, sums: [] });
  });
});

describe("lines", () => {
  const on = onDay("2026-01-31");
  const made = (text: string | null = null) => new Lines(["client_id"], () => ({ number: 0 }), text);
  const add = (lines: Lines<{ number: number }>, currency: string, client_id: string, cell?: string) => {
    const one = examined({ ...ONE, disbursement: { ...ofClient(client_id), currency } });
    lines.of(one, on, cell).number += 1;
  };

  it("are one for each currency, group and cell, in this order", () => {
    const lines = made();
    for (const [currency, client, cell] of [
      ["USD", "B", ""],
      ["USD", "A", "2"],
      ["EUR", "B", ""],
      ["USD", "A", "1"],
      ["USD", "A", "2"],
    ] as const)
      add(lines, currency, client, cell);
    const shown = lines
      .inOrder()
      .map(({ currency, group, cell, sums }) => [currency, group, cell, sums.number]);
    expect(shown).toEqual([
      ["EUR", "B", "", 1],
      ["USD", "A", "1", 1],
      ["USD", "A", "2", 2],
      ["USD", "B", "", 1],
    ]);
    const next = made(lines.save());
    add(next, "EUR", "B");
    expect(next.inOrder()[0]?.sums).toEqual({ number: 2 });
    expect(next.inOrder()).toHaveLength(4);
  });

  it("are at most 20,000", () => {
    const line = { currency: "USD", cell: "", sums: { number: 1 } };
    const saved = Array.from({ length: 19_999 }, (_, index) => ({ ...line, group: `C-${index}` }));
    const lines = made(JSON.stringify(saved));
    add(lines, "USD", "C-X");
    expect(lines.areFew).toBe(true);
    add(lines, "USD", "C-Y");
    expect(lines.areFew).toBe(false);
  });
});

it.each([
  [1n, 3n, "0.333333"],
  [2n, 3n, "0.666667"],
  [-2n, 3n, "-0.666667"],
  [-1n, 1n, "-1.000000"],
  [1n, 2_000_000n, "0.000000"],
  [3n, 2_000_000n, "0.000002"],
  [-3n, 2_000_000n, "-0.000002"],
  [-1n, 2_000_000n, "0.000000"],
  [-1n, 1_000_000n, "-0.000001"],
  [0n, 5n, "0.000000"],
  [12_345n, 10n, "1234.500000"],
  [1n, 0n, null],
])("%s over %s is %s", (part, whole, text) => {
  expect(ratio(part, whole)).toBe(text);
});
