import { describe, expect, it } from "vitest";
import { href, pathOf } from "../../src/console/address.ts";
import { chosenOf } from "../../src/console/analytics/chosen.ts";
import {
  daysText,
  dimensionLabel,
  filterNamed,
  filterNames,
  filterQuery,
  filtersOf,
  filterText,
  withoutFilters,
} from "../../src/console/analytics/filters.ts";

const query = (text: string) => new URLSearchParams(text);

describe("the filters of an address", () => {
  it("are the API's parameters, each as often as it is given, also with an empty value", () => {
    const asked = query(
      "kind=loan&country=&country=BR&country=BR&info.sales.team=A%26B&disbursed_to=2026-01-31",
    );
    expect(pathOf(["api", "vintages"], filterQuery(filtersOf(asked)))).toBe(
      "/api/vintages?kind=loan&country=&country=BR&info.sales.team=A%26B&disbursed_to=2026-01-31",
    );
  });

  it("leave every other member of the address as it is, and nothing else is a filter", () => {
    const asked = query(
      "as_of=2026-01-31&by=year&state=late&group_by=kind&constructor=x&disbursed_from=2026-01-01",
    );
    expect(href(["analytics"], withoutFilters(asked))).toBe(
      "#/analytics?as_of=2026-01-31&by=year&group_by=kind&constructor=x",
    );
    expect(filtersOf(asked)).toEqual({ values: [["state", "late"]], from: "2026-01-01", to: "" });
    expect(["toString", "info.", "information.x"].map(filterNamed)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("stay out where the view chooses them by itself", () => {
    const asked = query("currency=USD&state=late");
    expect(filtersOf(asked, ["currency"]).values).toEqual([["state", "late"]]);
    expect(href([], withoutFilters(asked, ["currency"]))).toBe("#/?currency=USD");
    expect(filterNames(["info.branch"], ["currency"])).toContain("info.branch");
    expect(filterNames([], ["currency"])).not.toContain("currency");
  });

  it("have words", () => {
    expect(filterText("state", "matured_unpaid")).toBe("State is matured unpaid");
    expect(filterText("client_info.sector", "")).toBe("sector (client): none");
    expect(["info.a.b", "disbursed_month", "country"].map(dimensionLabel)).toEqual([
      "a.b",
      "Month of disbursement",
      "Country",
    ]);
    const days = (from: string, to: string) => daysText({ values: [], from, to });
    expect([
      days("", ""),
      days("2026-01-01", ""),
      days("", "2026-01-31"),
      days("2026-01-01", "2026-01-31"),
    ]).toEqual([
      null,
      "Disbursed from 2026-01-01",
      "Disbursed up to 2026-01-31",
      "Disbursed 2026-01-01 to 2026-01-31",
    ]);
  });
});

describe("the lines that a report shows", () => {
  const lines = [
    { currency: "EUR", group: null, n: 1 },
    { currency: "USD", group: null, n: 2 },
    { currency: "USD", group: "null", n: 3 },
    { currency: "USD", group: ["BR", null], n: 4 },
  ];
  const shown = (text: string) => chosenOf(lines, query(text))?.lines.map(({ n }) => n);

  it("are those of the currency and group of the address, and none has the name of no value by accident", () => {
    expect(chosenOf(lines, query(""), "USD")?.lines).toEqual([lines[1]]);
    expect(shown("")).toEqual([1]);
    expect(shown("shown=USD")).toEqual([2]);
    expect(shown("shown=EUR")).toEqual([1]);
    expect(shown('shown=USD&group="null"')).toEqual([3]);
    expect(shown('shown=USD&group=["BR",null]')).toEqual([4]);
    expect(shown("shown=XXX&group=nothing")).toEqual([1]);
  });

  it("are all of the currency where there are no groups, and none of an empty answer", () => {
    const plain = [{ currency: "USD" }, { currency: "USD" }];
    expect(chosenOf(plain, query(""))?.lines).toEqual(plain);
    expect(chosenOf(plain, query(""))?.groups).toEqual([]);
    expect(chosenOf([], query(""))).toBe(null);
  });
});
