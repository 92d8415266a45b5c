import { LosslessNumber, stringify } from "lossless-json";
import { describe, expect, it } from "vitest";
import {
  boundText,
  covenantText,
  type FacilityJson,
  limitText,
  reasonText,
  ruleText,
} from "../../src/console/facilities/terms.ts";
import { covenantLines, limitLines, readLines, ruleLines } from "../../src/console/facilities/terms-lines.ts";

const exact = (digits: string) => new LosslessNumber(digits);

const TERMS: Pick<FacilityJson, "eligibility" | "limits" | "covenants"> = {
  eligibility: [
    { max_days_past_due: exact("30") },
    { min_outstanding: exact("10.25") },
    { no_write_off: true },
    { kind_in: ["loan", "purchase"] },
    { country_not_in: ["FR"] },
    { info_in: { member: "branch: old", values: ["a, b", "(none)", '"c"', ""] } },
  ],
  limits: [
    { by: "client_id", max_share: exact("0.1") },
    { by: "country", max_share: exact("0.35"), values: ["BR", null] },
    { by: "info.a: 1 of b", max_share: exact("0.5"), values: ["x, y"] },
  ],
  covenants: [
    { code: "par30", max: exact("0.15") },
    { code: "average_remaining_days", max: exact("365.5") },
    { code: "pool_outstanding", min: exact("123456789012345678.01") },
  ],
};

const lines = {
  eligibility: ruleLines(TERMS.eligibility),
  limits: limitLines(TERMS.limits),
  covenants: covenantLines(TERMS.covenants),
};

describe("the terms of a facility as lines of a form", () => {
  it("are short where values are plain", () => {
    expect(lines.eligibility.split("\n").slice(0, 5)).toEqual([
      "max_days_past_due: 30",
      "min_outstanding: 10.25",
      "no_write_off",
      "kind_in: loan, purchase",
      "country_not_in: FR",
    ]);
    expect(lines.limits.split("\n").slice(0, 2)).toEqual(["client_id: 0.1", "country: 0.35 of BR, (none)"]);
    expect(lines.covenants.split("\n")[0]).toBe("par30: 0.15");
  });

  it("give the same terms back, to the last digit", () => {
    const read = readLines(lines);
    expect(read.ok && stringify(read.value)).toBe(stringify(TERMS));
  });

  it("skip empty lines and spaces", () => {
    const read = readLines({ eligibility: "\n  insured  \n\n", limits: " ", covenants: "" });
    expect(read.ok && stringify(read.value)).toBe(
      '{"eligibility":[{"insured":true}],"limits":[],"covenants":[]}',
    );
  });

  it.each([
    ["eligibility", "insured\nmax_days_past_due: thirty", 'Eligibility, line 2: "max_days_past_due: thirty"'],
    ["eligibility", "kind_in: [1]", "Eligibility, line 1"],
    ["eligibility", "max days", "Eligibility, line 1"],
    ["limits", "country 0.5", 'Limits, line 1: "country 0.5"'],
    ["limits", "country: 1e-1", "Limits, line 1"],
    ["covenants", "par30: -1", 'Covenants, line 1: "par30: -1"'],
  ])("name the line of %s that they cannot read: %j", (member, text, said) => {
    const read = readLines({ eligibility: "", limits: "", covenants: "", [member]: text });
    expect(read.ok).toBe(false);
    expect(!read.ok && read.error).toContain(said);
  });
});

describe("the terms of a facility in words", () => {
  it("say what each rule and limit asks for", () => {
    expect(TERMS.eligibility.map((rule) => ruleText(rule, "USD"))).toEqual([
      "At most 30 days past due",
      "Outstanding at least 10.25",
      "Nothing written off",
      "Kind: loan, purchase",
      "Country is not FR",
      'branch: old: a, b, (none), "c", ',
    ]);
    expect(TERMS.limits.map(limitText).slice(0, 2)).toEqual([
      "One client: at most 10.00%",
      "One country (BR, (none)): at most 35.00%",
    ]);
  });

  it("say the value and the bound of a covenant in its own unit", () => {
    expect(covenantText("par30", exact("0.123456"), "USD")).toBe("12.35%");
    expect(covenantText("average_remaining_days", exact("42.500000"), "USD")).toBe("42.5 days");
    expect(covenantText("average_remaining_days", exact("40.000000"), "USD")).toBe("40 days");
    expect(covenantText("average_remaining_days", exact("100"), "USD")).toBe("100 days");
    expect(covenantText("pool_outstanding", exact("500"), "USD")).toBe("500.00");
    expect(covenantText("par0", null, "USD")).toBe("–");
    expect(TERMS.covenants.map((one) => boundText(one, "USD"))).toEqual([
      "at most 15.00%",
      "at most 365.5 days",
      "at least 123,456,789,012,345,678.01",
    ]);
  });

  it("say why a loan counts for less", () => {
    const facility = { ...TERMS, currency: "USD" } as FacilityJson;
    const rule = { index: exact("0"), rule: "max_days_past_due" } as const;
    expect(reasonText(rule, facility)).toBe("fails: At most 30 days past due");
    expect(reasonText({ index: exact("0"), by: "client_id", excess: exact("266.67") }, facility)).toBe(
      "client: less 266.67",
    );
  });
});
