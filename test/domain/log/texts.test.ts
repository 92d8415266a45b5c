import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringifyJson } from "../../../src/contract/json.ts";
import type { EventFacts } from "../../../src/domain/core/event.ts";
import { DEFAULT_SETTINGS } from "../../../src/domain/core/settings.ts";
import { marksOf } from "../../../src/domain/log/marks.ts";
import { dataOf, factsOf, splitEvent } from "../../../src/domain/log/texts.ts";

const dimensions = { disbursement: ["region", 'a"b'], client: [] };
const marks = marksOf(
  { category: "disbursement", step: "update" },
  { ...DEFAULT_SETTINGS, report_dimensions: dimensions },
);
const split = (data: object, facts: EventFacts = {}) => splitEvent(stringifyJson(data), facts, marks);

const value = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom(',"facts":{', '"', "\\", "{[", "}]", ":", ","),
  fc.integer(),
  fc.constant(null),
  fc.array(fc.oneof(fc.string(), fc.dictionary(fc.string(), fc.string(), { maxKeys: 2 })), { maxLength: 3 }),
);
const names = [
  "step",
  "currency",
  "reason",
  "bank_ref",
  "goods_description",
  "credit_score",
  "disbursement_id",
];
const infoNames = ["region", 'a"b', "colour", "facts", "7", "note"];
const info = fc.shuffledSubarray(infoNames).chain((keys) => objectWith(keys, value));
const data = fc
  .tuple(fc.shuffledSubarray([...names, "info"]), info)
  .chain(([keys, own]) =>
    objectWith(keys, value).map((one) => ("info" in one ? { ...one, info: own } : one)),
  );

function objectWith<T>(keys: readonly string[], values: fc.Arbitrary<T>) {
  return fc
    .array(values, { minLength: keys.length, maxLength: keys.length })
    .map((all) => Object.fromEntries(keys.map((key, index) => [key, all[index]])));
}

describe("an event that is taken apart", () => {
  it("is put together again to the very text that was sent, wherever its private members stood", () => {
    fc.assert(
      fc.property(data, (sent) => {
        expect(dataOf(split(sent))).toBe(JSON.stringify(sent));
      }),
      { seed: 11 },
    );
  });

  it("keeps no private member among its other data, and no other member among the private ones", () => {
    fc.assert(
      fc.property(data, (sent) => {
        const texts = split(sent);
        const shown = JSON.parse(texts.data).data;
        const own = texts.private === null ? {} : JSON.parse(texts.private).data;
        for (const name of ["reason", "bank_ref", "goods_description"])
          expect(shown).not.toHaveProperty(name);
        for (const name of ["step", "currency", "credit_score"]) expect(own).not.toHaveProperty(name);
        const isOpen = (name: string) => dimensions.disbursement.includes(name);
        expect(Object.keys(shown.info ?? {}).every(isOpen)).toBe(true);
        expect(Object.keys(own.info ?? {}).some(isOpen)).toBe(false);
      }),
      { seed: 12 },
    );
  });

  it("has its facts again, also those that its data says", () => {
    const facts: EventFacts = {
      currency: "USD",
      disbursement_id: "L-1",
      on_date: "2024-10-20",
      change_reason: "agreed",
      changes: {
        credit_score: { from: null, to: "7" },
        bank_ref: { from: "old", to: "new" },
        maturity_date: { from: "2025-01-01", to: "2026-01-01" },
      },
    };
    const texts = split({ step: "update", disbursement_id: "L-1", bank_ref: "new", credit_score: 7 }, facts);
    expect(factsOf(texts)).toEqual(facts);
    expect(texts.data).not.toMatch(/agreed|old|new/);
    expect(JSON.parse(texts.data).facts).toEqual({
      currency: "USD",
      on_date: "2024-10-20",
      changes: {
        credit_score: { from: null, to: "7" },
        maturity_date: { from: "2025-01-01", to: "2026-01-01" },
      },
    });
  });

  it("says nothing of a person any more once its private text is gone", () => {
    const texts = split({ step: "update", reason: "ill", currency: "USD" }, { change_reason: "ill" });
    const erased = { ...texts, private: null };
    expect(dataOf(erased)).toBe('{"step":"update","currency":"USD"}');
    expect(factsOf(erased)).toEqual({ currency: "USD" });
  });

  it("has no private text where it says nothing of a person", () => {
    expect(
      split({ step: "delete", disbursement_id: "L-1" }, { currency: "USD", disbursement_id: "L-1" }),
    ).toEqual({
      data: '{"data":{"step":"delete","disbursement_id":"L-1"},"facts":{"currency":"USD"}}',
      private: null,
    });
  });
});
