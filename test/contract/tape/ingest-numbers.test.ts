import { describe, expect, it } from "vitest";
import { individual, loan } from "../../support/examples.ts";
import { changeOf, fieldsOf, raw, refusalOf, refusals } from "../../support/ingest-fields.ts";

const AMOUNTS = ["positive", "amount", "optionalAmount", "signedAmount"];

describe("numbers", () => {
  it.each(fieldsOf("positive"))("%s.%s is greater than 0", (example, field) => {
    for (const zero of ["0", "-0", "0.00", "0e5", "-1", "-0.01"]) {
      expect(refusalOf(example, field, raw(zero))).toBe("invalid_value");
    }
    expect(refusalOf(example, field, raw("0.01"))).toBeUndefined();
  });

  it.each(fieldsOf("amount", "optionalAmount"))("%s.%s is 0 or more", (example, field) => {
    for (const zero of ["0", "-0", "0.00", "-0e7"]) {
      const refusal = refusalOf(example, field, raw(zero));
      expect([undefined, "inconsistent_amounts"]).toContain(refusal);
    }
    expect(refusalOf(example, field, raw("-0.01"))).toBe("invalid_value");
  });

  it("operation_revenue may be negative, down to the limit of 64 bits", () => {
    for (const text of ["-0.01", "-12e3", "-92233720368547758.08"]) {
      expect(refusalOf("operation", "operation_revenue", raw(text))).toBeUndefined();
    }
    expect(refusalOf("operation", "operation_revenue", raw("-92233720368547758.09"))).toBe("invalid_value");
  });

  it.each(fieldsOf(...AMOUNTS))(
    "%s.%s has no more decimals than the currency and fits 64 bits",
    (example, field) => {
      for (const text of ["0.001", "1e-3", "1.234", "1e-999999999"]) {
        expect(refusalOf(example, field, raw(text))).toBe("invalid_value");
      }
      for (const text of ["92233720368547758.08", "1e17", "1e999999999", "99999999999999999999999"]) {
        expect(refusalOf(example, field, raw(text))).toBe("invalid_value");
      }
    },
  );

  it.each(["1e3", "1E+3", "1000.00", "1000.000000000", "10000e-1", "92233720368547758.07"])(
    "disbursement_amount may be written %s",
    (text) => {
      expect(refusalOf("loan", "disbursement_amount", raw(text))).toBeUndefined();
    },
  );

  it("reads decimals by the event's own currency", () => {
    const yen = (amount: string) =>
      refusals("disbursement", { ...loan, currency: "JPY", disbursement_amount: raw(amount) });
    expect(yen("9223372036854775807")).toEqual({});
    expect(yen("9223372036854775808")).toEqual({ disbursement_amount: "invalid_value" });
    expect(yen("1.5")).toEqual({ disbursement_amount: "invalid_value" });
    const dinar = { ...loan, currency: "BHD", disbursement_amount: raw("1.234") };
    expect(refusals("disbursement", dinar)).toEqual({});
  });

  it("does not check decimals against a currency that is itself refused", () => {
    const event = { ...loan, currency: "XXX", disbursement_amount: raw("1.23456") };
    expect(refusals("disbursement", event)).toEqual({ currency: "invalid_value" });
  });

  it.each(fieldsOf("integer"))("%s.%s is a whole number from 0 to a million", (example, field) => {
    for (const text of ["0", "-0", "1", "1.0", "1e2", "1000000"]) {
      expect(refusalOf(example, field, raw(text))).toBeUndefined();
    }
    for (const text of ["-1", "1.5", "1000001", "1e400", "1e-1", "9007199254740993"]) {
      expect(refusalOf(example, field, raw(text))).toBe("invalid_value");
    }
  });
});

describe("credit_score", () => {
  const score = (text: string) => refusalOf("loan", "credit_score", raw(text));

  it.each([
    ...["0", "0.0", "720", "-5", "1.50", "999999999999999999", "0.000000000000000001", "-1e17", "1e-18"],
    ...["123456789.123456789", "1.000000000000000000000000", "1000e-20"],
  ])("takes %s: at most 18 digits, before and after the point together", (text) => {
    expect(score(text)).toBeUndefined();
  });

  it.each([
    ...["1000000000000000000", "1e18", "1e400", "-1e400", "1e999999999999999999", "1e-19", "1e-400"],
    ...["1234567890.123456789", "100000000000000000.5", "-0", "-0.0", "-0e5"],
  ])("refuses %s", (text) => {
    expect(score(text)).toBe("invalid_value");
  });
});

describe("info", () => {
  const infoOf = (bytes: number) => ({ k: "x".repeat(bytes - '{"k":""}'.length) });

  it.each(fieldsOf("object"))("%s.%s holds at most 16 KiB", (example, field) => {
    expect(refusalOf(example, field, infoOf(16 * 1024))).toBeUndefined();
    expect(refusalOf(example, field, infoOf(16 * 1024 + 1))).toBe("invalid_value");
  });

  it("is measured in bytes of UTF-8", () => {
    expect(refusalOf("individual", "info", { k: "é".repeat(8188) })).toBeUndefined();
    expect(refusalOf("individual", "info", { k: "é".repeat(8189) })).toBe("invalid_value");
  });

  it("keeps every digit of the numbers in it", () => {
    const info = { id: raw("12345678901234567890"), rate: raw("0.10000000000000000001") };
    const { info: kept } = changeOf("client", { ...individual, info });
    expect(kept).toBe('{"id":12345678901234567890,"rate":0.10000000000000000001}');
  });
});
