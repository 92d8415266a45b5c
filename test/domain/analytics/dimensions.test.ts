import { describe, expect, it } from "vitest";
import {
  byGroup,
  type Dimension,
  groupOf,
  unknownMember,
  wantedBy,
} from "../../../src/domain/analytics/dimensions.ts";
import { onDay } from "../../../src/domain/analytics/span.ts";
import { FIRST, loan, ROWS } from "../position/loans.ts";
import { examined } from "./examined.ts";

/* Groups of reports (docs/analytics.md#groups). */

const attributes = {
  country: "BR",
  insurer_name: "Seguro",
  info: new Map([["branch", "1"]]),
  client_info: new Map([["branch", "N"]]),
  pledges: [
    { on_date: "2026-01-01", pledge_creditor: "A" },
    { on_date: "2026-02-10", pledge_creditor: "B" },
  ],
};
const LATE = examined(loan(FIRST, [], ROWS), attributes);
const span = { from: "2026-01-31", to: "2026-02-15" };

describe("the group of a disbursement", () => {
  it.each<readonly [readonly Dimension[], unknown]>([
    [[], null],
    [["kind"], "loan"],
    [["client_id"], "C-1"],
    [["country"], "BR"],
    [["disbursed_month"], "2026-01"],
    [["disbursed_quarter"], "2026-Q1"],
    [["disbursed_year"], "2026"],
    [["pledge_creditor"], "B"],
    [["insurer_name"], "Seguro"],
    [["state"], "current"],
    [["bucket"], "current"],
    [[{ of: "info", member: "branch" }], "1"],
    [[{ of: "client_info", member: "branch" }], "N"],
    [[{ of: "info", member: "other" }], null],
    [
      ["bucket", { of: "client_info", member: "branch" }],
      ["current", "N"],
    ],
    [
      [{ of: "info", member: "other" }, "pledge_creditor"],
      [null, "B"],
    ],
  ])("by %j is %j: state and bucket of the first day, creditor of the last", (grouping, group) => {
    expect(groupOf(LATE, grouping, span)).toEqual(group);
  });

  it("by state, bucket and creditor is that of the day", () => {
    expect(groupOf(LATE, ["state", "bucket"], onDay("2026-02-15"))).toEqual(["late", "1-30"]);
    expect(groupOf(LATE, ["pledge_creditor"], onDay("2026-02-09"))).toBe("A");
  });

  it("of what is its client's is null for a purchase with several", () => {
    const purchase = examined(loan({ ...FIRST, kind: "purchase" }));
    expect(groupOf(purchase, ["client_id", "country"], span)).toEqual([null, null]);
    expect(groupOf(purchase, ["kind"], span)).toBe("purchase");
  });
});

it("groups are in the order of their texts, none first, then by the second value", () => {
  const ordered = [null, "", "A", "B", "a", "É"];
  expect(ordered.toReversed().sort(byGroup)).toEqual(ordered);
  const pairs = [
    [null, null],
    [null, "A"],
    ["A", null],
    ["A", "A"],
    ["A", "B"],
    ["A!", null],
    ["B", null],
  ];
  expect(pairs.toReversed().sort(byGroup)).toEqual(pairs);
  expect([byGroup(null, null), byGroup("A", "A"), byGroup(["A", null], ["A", null])]).toEqual([0, 0, 0]);
});

describe("what has to be read", () => {
  const none = { country: false, info: [], client_info: [] };

  it.each([
    [{}, [], none],
    [{ country: [null] }, [], { ...none, country: true }],
    [{}, ["kind", "country"], { ...none, country: true }],
    [{ info: { a: ["1"] } }, [{ of: "info", member: "b" }], { ...none, info: ["a", "b"] }],
    [{ info: { a: ["1"] } }, [{ of: "info", member: "a" }], { ...none, info: ["a"] }],
    [
      { client_info: { a: ["1"] } },
      [{ of: "client_info", member: "b" }],
      { ...none, client_info: ["a", "b"] },
    ],
    [{ kind: ["loan"], client_id: ["C-1"], insurer_name: [null] }, ["client_id", "state"], none],
  ] as const)("for the filters %j and groups %j is %j", (filters, grouping, wanted) => {
    expect(wantedBy(filters as object, grouping)).toEqual(wanted);
  });

  it("is refused where the settings do not name it", () => {
    const named = { disbursement: ["a", "b"], client: ["c"] };
    expect(unknownMember({ ...none, info: ["a", "b"], client_info: ["c"] }, named)).toBeNull();
    expect(unknownMember({ ...none, info: ["a", "c"] }, named)).toBe("info.c");
    expect(unknownMember({ ...none, client_info: ["c", "a"] }, named)).toBe("client_info.a");
    expect(unknownMember(none, { disbursement: [], client: [] })).toBeNull();
  });
});

describe("an examined disbursement", () => {
  it("has one position a day, computed once, by its measure", () => {
    expect(LATE.positionAt("2026-02-15")).toBe(LATE.positionAt("2026-02-15"));
    expect(LATE.positionAt("2026-02-15").state).toBe("late");
    expect(LATE.positionAt("2026-01-15").state).toBe("current");
    expect([LATE.start, LATE.calendar.time_zone]).toEqual(["2026-01-01", "UTC"]);
  });

  it.each([
    [{}, true],
    [{ state: ["current"] }, true],
    [{ state: ["late"] }, false],
    [{ bucket: ["current"] }, true],
    [{ bucket: ["1-30"] }, false],
    [{ pledge_creditor: ["B"] }, true],
    [{ pledge_creditor: ["A"] }, false],
    [{ currency: ["EUR"] }, false],
    [{ currency: ["EUR"], state: ["current"] }, false],
    [{ info: { branch: ["1"] }, client_info: { branch: ["N", null] } }, true],
    [{ info: { branch: ["N"] } }, false],
    [{ info: { branch: ["1"], other: ["1"] } }, false],
    [{ client_info: { other: [null] } }, true],
  ])("fits the filters %j: %s", (filters, isFitting) => {
    expect(LATE.fits(filters as object, span)).toBe(isFitting);
  });
});
