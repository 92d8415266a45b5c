import { LosslessNumber } from "lossless-json";
import { describe, expect, it } from "vitest";
import { differencesOf } from "../../../src/cli/tie-out/compare.ts";
import type { TheirLoan } from "../../../src/cli/tie-out/theirs.ts";
import type { PositionLineJson } from "../../../src/contract/position/answers.ts";

const position = (figures: object) => figures as unknown as PositionLineJson;
const number = (text: string) => new LosslessNumber(text);

const ours = position({
  outstanding_principal: number("12345678901234.56"),
  days_past_due: 14,
  arrears: { total: number("400") },
  state: "late",
});

const theirs = (figures: Partial<TheirLoan["figures"]>): TheirLoan => ({
  line: 2,
  figures: { outstanding: null, days_past_due: null, arrears: null, state: null, ...figures },
});

describe("a seller's figure", () => {
  it.each([
    [{ outstanding: "12345678901234.560" }, "0", []],
    [{ outstanding: "12345678901234.57" }, "0", ["-0.01"]],
    [{ outstanding: "12345678901234.57" }, "0.01", []],
    [{ outstanding: "12345678901234.571" }, "0.01", ["-0.011"]],
    [{ outstanding: "-1" }, "5", ["12345678901235.56"]],
    [{ arrears: "400.00", days_past_due: "14", state: "LATE" }, "0", []],
    [{ arrears: "398" }, "2", []],
    [{ days_past_due: "13" }, "2", ["1"]],
    [{ state: "current" }, "9", [null]],
    [{}, "0", []],
  ])("%j within %s differs by %j, ours less theirs, to the last digit", (figures, tolerance, differences) => {
    const found = differencesOf(theirs(figures), ours, tolerance);
    expect(found.map(({ difference }) => difference)).toEqual(differences);
  });
});
