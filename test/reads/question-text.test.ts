import { describe, expect, it } from "vitest";
import { portfolioQuery, positionsQuery, qualityQuery } from "../../src/contract/position/query.ts";
import { questionText } from "../../src/reads/question-text.ts";

describe("the text of a question", () => {
  it.each([
    ["positions", Object.keys(positionsQuery.in.shape)],
    ["portfolio", Object.keys(portfolioQuery.in.shape)],
    ["quality", Object.keys(qualityQuery.in.shape)],
  ])("of %s differs in each parameter of the query", (name, parameters) => {
    const texts = parameters.flatMap((parameter) =>
      ["one", "other"].map((value) => questionText(name, { [parameter]: value })),
    );
    expect(new Set([...texts, questionText(name, {})]).size).toBe(2 * parameters.length + 1);
  });

  it("is the same for the same members in another order, and for one that is absent", () => {
    const text = questionText("positions", { state: "late", kind: "loan" });
    expect(questionText("positions", { kind: "loan", bucket: undefined, state: "late" })).toBe(text);
  });

  it("does not confuse names with values", () => {
    expect(questionText("positions", { state: "kind" })).not.toBe(
      questionText("positions", { kind: "state" }),
    );
    expect(questionText("positions", {})).not.toBe(questionText("portfolio", {}));
  });
});
