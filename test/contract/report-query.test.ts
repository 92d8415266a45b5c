import { describe, expect, it } from "vitest";
import { portfolioQuery, positionsQuery } from "../../src/contract/position/query.ts";

/* Filters and groups as a query says them (docs/analytics.md#filters). */

const groupingOf = (group_by: unknown) => {
  const read = portfolioQuery.safeParse({ group_by });
  return read.success ? read.data.group_by : read.error.issues.map(({ message }) => message);
};

describe("group_by", () => {
  it.each([
    ["kind", ["kind"]],
    ["kind,client_id", ["kind", "client_id"]],
    ["info.branch", [{ of: "info", member: "branch" }]],
    ["client_info.a.b,disbursed_quarter", [{ of: "client_info", member: "a.b" }, "disbursed_quarter"]],
    [
      "info.a,info.b",
      [
        { of: "info", member: "a" },
        { of: "info", member: "b" },
      ],
    ],
    ["info.a,b", [{ of: "info", member: "a,b" }]],
    ["kind,info.a,b", ["kind", { of: "info", member: "a,b" }]],
  ])("%s names the dimensions %j", (text, grouping) => {
    expect(groupingOf(text)).toEqual(grouping);
  });

  it.each(["", "color", "kind,", ",kind", "kind,kind", "kind,country,state", "info.", "info"])(
    "%j is refused",
    (text) => {
      expect(groupingOf(text)).toEqual([
        expect.stringMatching(/^must be one of kind, client_id, .*, or two different ones by a comma$/),
      ]);
    },
  );

  it("is given once", () => {
    expect(groupingOf(["kind", "state"])).toEqual(["must be given once"]);
  });
});

describe("a filter by a member of info", () => {
  const filtersOf = (query: object) => {
    const { info, client_info } = positionsQuery.parse(query);
    return { info, client_info };
  };

  it("has any of several values, and an empty one asks for none", () => {
    expect(filtersOf({ "info.branch": ["b", "", "a", "b"], "client_info.x.y": "1" })).toEqual({
      info: { branch: [null, "a", "b"] },
      client_info: { "x.y": ["1"] },
    });
  });

  it("is one question in any order", () => {
    const one = positionsQuery.parse({ "info.b": "1", "info.a": "2" });
    expect(JSON.stringify(one)).toBe(JSON.stringify(positionsQuery.parse({ "info.a": "2", "info.b": "1" })));
  });

  it.each([
    [{ "info.": "1" }, ["unrecognized_keys"]],
    [{ "inf.a": "1" }, ["unrecognized_keys"]],
    [{ color: "1", "info.a": "1" }, ["unrecognized_keys"]],
    [{ "info.a": "x".repeat(257) }, ["custom"]],
  ])("%j is refused", (query, codes) => {
    const read = positionsQuery.safeParse(query);
    expect(read.error?.issues.map(({ code }) => code)).toEqual(codes);
  });
});
