import { describe, expect, it } from "vitest";
import { company, individual, loan, operation, payment, purchase } from "../../support/examples.ts";
import {
  changeOf,
  EXAMPLES,
  fieldsOf,
  ofExample,
  parse,
  raw,
  refusalOf,
  refusals,
} from "../../support/ingest-fields.ts";

const REQUIRED = [
  "id",
  "text",
  "email",
  "phone",
  "country",
  "boolean",
  "positive",
  "amount",
  "currency",
  "date",
];
const OPTIONAL = [
  "optionalId",
  "optionalText",
  "optionalAmount",
  "signedAmount",
  "optionalDate",
  "integer",
  "number",
  "object",
];

/** What a client need not have where the tenant's clients are anonymous, which the gate knows. */
const IDENTIFYING = ["name", "email", "phone", "address", "registration_number"];
const fieldsNeeded = fieldsOf(...REQUIRED).filter(
  ([example, field]) => example !== "individual" || !IDENTIFYING.includes(field),
);

describe("presence", () => {
  it("leaves it to the gate whether a client may be anonymous, unless the body is refused anyway", () => {
    for (const field of [...IDENTIFYING, "gender"]) {
      for (const nothing of [undefined, null]) {
        const event = { ...individual, [field]: nothing };
        expect(refusals("client", event)).toEqual({});
        expect(refusals("client", { ...event, country: 5 })).toEqual({
          [field]: "required",
          country: "invalid_type",
        });
      }
      const change = changeOf("client", { step: "update", client_id: "C-1", [field]: null });
      expect(change).toHaveProperty(field, null);
    }
    for (const contact_person of [undefined, null, "", "  "]) {
      expect(refusals("client", { ...company, contact_person })).toEqual({});
    }
  });

  it.each(Object.keys(EXAMPLES))("accepts the example %s as it is", (name) => {
    const [category, data] = ofExample(name);
    expect(refusals(category, data)).toEqual({});
  });

  it.each(fieldsNeeded)("%s needs %s on create, and null does not count", (example, field) => {
    expect(refusalOf(example, field, undefined)).toBe("required");
    expect(refusalOf(example, field, null)).toBe("required");
  });

  it.each(fieldsOf(...OPTIONAL))("%s does not need %s, and accepts null for it", (example, field) => {
    if (field !== "asset_id") expect(refusalOf(example, field, undefined)).toBeUndefined();
    expect(refusalOf(example, field, null)).toBeUndefined();
  });

  it("leaves fields that an update does not name out of it", () => {
    for (const [category, data, idField] of Object.values(EXAMPLES)) {
      const change = changeOf(category, { step: "update", [idField]: data[idField] });
      expect(change).toEqual({ [idField]: data[idField] });
    }
  });

  it.each(fieldsOf(...OPTIONAL).filter(([example]) => example !== "purchase"))(
    "%s: an update clears %s with null",
    (example, field) => {
      const [category, data, idField] = ofExample(example);
      const change = changeOf(category, { step: "update", [idField]: data[idField], [field]: null });
      expect(change).toHaveProperty(field, null);
    },
  );

  it.each(fieldsNeeded.filter(([example]) => example === "individual"))(
    "%s: an update cannot clear %s",
    (example, field) => {
      const [category, data, idField] = ofExample(example);
      expect(refusals(category, { step: "update", [idField]: data[idField], [field]: null })).toEqual({
        [field]: "required",
      });
    },
  );
});

describe("members that do not belong", () => {
  it.each(Object.keys(EXAMPLES))("%s: an unknown member is refused by its name on every step", (name) => {
    const [category, data, idField] = ofExample(name);
    for (const field of ["emial", "Name", "tenant_id", "created_at", "constructor", "toString"]) {
      for (const step of ["create", "update", "delete"]) {
        const event = step === "create" ? data : { step, [idField]: data[idField] };
        expect(refusals(category, { ...event, [field]: "x" })).toEqual({ [field]: "unknown_field" });
      }
    }
  });

  it.each(Object.keys(EXAMPLES))("%s: client_ids is no longer supported", (name) => {
    const [category, data] = ofExample(name);
    expect(refusals(category, { ...data, client_ids: ["C"] })).toEqual({ client_ids: "unsupported_field" });
  });

  it.each(Object.keys(EXAMPLES))("%s: delete takes only the id", (name) => {
    const [category, data, idField] = ofExample(name);
    const event = { step: "delete", [idField]: data[idField] };
    expect(refusals(category, event)).toEqual({});
    expect(refusals(category, { ...event, info: {} })).toEqual({ info: "unknown_field" });
    expect(refusals(category, { step: "delete" })).toEqual({ [idField]: "required" });
  });

  it("a loan refuses what belongs to a purchase, and the reverse", () => {
    const foreign = {
      operation_date: "2024-01-01",
      payment_date: "2024-01-01",
      estimated_delivery_date: "2024-01-01",
      goods_description: "G",
      goods_status: "S",
      purchase_clients: [{ client_id: "C" }],
    };
    const expected = Object.fromEntries(Object.keys(foreign).map((name) => [name, "unsupported_field"]));
    expect(refusals("disbursement", { ...loan, ...foreign })).toEqual(expected);
    const loanOnly = { client_id: "C", disbursement_date: "2024-01-01", maturity_date: "2024-01-01" };
    expect(refusals("disbursement", { ...purchase, ...loanOnly })).toEqual({
      client_id: "unsupported_field",
      disbursement_date: "unsupported_field",
      maturity_date: "unsupported_field",
    });
  });

  it("change_date and change_reason are accepted only on update", () => {
    const why = { change_date: "2024-12-20", change_reason: "Agreed" };
    expect(refusals("disbursement", { ...loan, ...why })).toEqual({
      change_date: "unsupported_field",
      change_reason: "unsupported_field",
    });
    const update = { step: "update", disbursement_id: "L-1", ...why };
    expect(refusals("disbursement", update)).toEqual({});
    expect(refusals("disbursement", { ...update, change_date: "soon", change_reason: 5 })).toEqual({
      change_date: "invalid_value",
      change_reason: "invalid_type",
    });
  });

  it("entity_type and entity_id are tolerated only on a payment", () => {
    const legacy = { entity_type: "loan", entity_id: "L-1" };
    const change = changeOf("payment", { ...payment, ...legacy });
    expect(change).not.toHaveProperty("entity_type");
    expect(change).not.toHaveProperty("entity_id");
    expect(refusals("payment", { step: "update", payment_id: "P", ...legacy })).toEqual({});
    expect(refusals("client", { ...individual, ...legacy })).toEqual({
      entity_type: "unknown_field",
      entity_id: "unknown_field",
    });
  });
});

describe("all the errors of a body come in one answer", () => {
  it("shapes and the rules between the readable fields together", () => {
    const event = {
      ...individual,
      is_company: true,
      gender: "male",
      email: "nope",
      country: 5,
      nickname: "Jo",
      client_ids: [],
      name: undefined,
    };
    expect(refusals("client", event)).toEqual({
      email: "invalid_value",
      country: "invalid_type",
      nickname: "unknown_field",
      client_ids: "unsupported_field",
      name: "required",
      gender: "invalid_value",
      contact_person: "required",
    });
  });

  it("amounts, dates and fees of one loan together", () => {
    const event = {
      ...loan,
      maturity_date: "2024-01-01",
      total_expected_margin: raw("0.001"),
      gross_value: 10200,
      upfront_fee: 300,
      installment_count: 1.5,
    };
    expect(refusals("disbursement", event)).toEqual({
      maturity_date: "inconsistent_dates",
      total_expected_margin: "invalid_value",
      upfront_fee: "inconsistent_amounts",
      installment_count: "invalid_value",
    });
  });

  it("does not report a field because of another that could not be read", () => {
    const unreadDate = { ...loan, disbursement_date: "soon", maturity_date: "2020-01-01" };
    expect(refusals("disbursement", unreadDate)).toEqual({ disbursement_date: "invalid_value" });
    const unreadAmount = { ...loan, disbursement_amount: "10000", gross_value: 1, upfront_fee: 5 };
    expect(refusals("disbursement", unreadAmount)).toEqual({ disbursement_amount: "invalid_type" });
    const unreadKind = { step: "create", disbursement_id: "D", kind: "lease" };
    expect(refusals("disbursement", unreadKind)).toEqual({
      kind: "invalid_value",
      disbursement_amount: "required",
      total_expected_margin: "required",
      currency: "required",
    });
    expect(refusals("client", { ...individual, is_company: "yes", gender: undefined })).toEqual({
      is_company: "invalid_type",
    });
  });

  it("checks the rules between fields when every shape is right, before any record is loaded", () => {
    expect(refusals("payment", { ...payment, payment_principal: 400, payment_fee: 101 })).toEqual({
      payment_fee: "inconsistent_amounts",
    });
    expect(refusals("operation", { ...operation, depreciation_period: "yearly" })).toEqual({
      asset_id: "required",
    });
    expect(refusals("operation", { ...operation, depreciation_amount: 5 })).toEqual({ asset_id: "required" });
    const backwards = { operation_start_date: "2024-02-01", operation_end_date: "2024-01-31" };
    expect(refusals("operation", { ...operation, ...backwards })).toEqual({
      operation_end_date: "inconsistent_dates",
    });
  });
});

describe("the envelope", () => {
  const errorsOf = (body: unknown) => {
    const parsed = parse(body);
    if (parsed.ok) throw new Error("accepted");
    const errors = parsed.error.errors ?? [];
    return [parsed.error.code, Object.fromEntries(errors.map(({ field, code }) => [field, code]))];
  };

  it.each([
    ["a list", []],
    ["a text", "client"],
    ["a number", 5],
    ["null", null],
    ["true", true],
  ])("refuses %s for a body, once", (_, body) => {
    const [code, fields] = errorsOf(body);
    expect(code).toBe("validation_error");
    expect(Object.keys(fields as object)).toEqual([""]);
  });

  it("names what it lacks", () => {
    expect(errorsOf({})).toEqual(["validation_error", { category: "required", data: "required" }]);
  });

  it.each([
    ["a list", []],
    ["a text", "x"],
    ["a number", 5],
  ])("refuses %s for data", (_, data) => {
    expect(errorsOf({ category: "client", data })).toEqual(["validation_error", { data: "invalid_type" }]);
  });

  it("refuses a category that is no text, and members besides category and data", () => {
    expect(errorsOf({ category: 5, data: individual })).toEqual([
      "validation_error",
      { category: "invalid_type" },
    ]);
    const extra = { category: "client", data: individual, tenant_id: "other", step: "create" };
    expect(errorsOf(extra)).toEqual([
      "validation_error",
      { tenant_id: "unknown_field", step: "unknown_field" },
    ]);
  });

  it("refuses an unknown step", () => {
    for (const [step, code] of [
      ["upsert", "invalid_value"],
      [5, "invalid_type"],
      [null, "required"],
    ]) {
      const [, fields] = errorsOf({ category: "client", data: { ...individual, step } });
      expect(fields).toEqual({ "data.step": code });
    }
  });
});
