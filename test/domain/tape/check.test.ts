import { describe, expect, it } from "vitest";
import { CATEGORIES } from "../../../src/domain/tape/categories.ts";
import type { Category } from "../../../src/domain/tape/fields.ts";
import type { Change } from "../../../src/domain/tape/state.ts";
import { commandOf } from "../../support/decisions.ts";
import { company, individual, loan, operation, payment, purchase } from "../../support/examples.ts";

/** What the rules of a category say of a change, where the schema has refused the fields `unread`. */
function check(category: Category, current: object | null, change: Change, unread: readonly string[] = []) {
  const { check } = CATEGORIES[category] as { readonly check: typeof CATEGORIES.operation.check };
  const { record, errors } = check(current as never, change, { unread: new Set(unread) });
  return { record, fields: errors.map(({ field, code }) => `${field} ${code}`) };
}
const changeOf = (category: Category, data: object): Change => commandOf(category, data).change;
const recordOf = (category: Category, data: object) => check(category, null, changeOf(category, data)).record;

const person = changeOf("client", individual);
const firm = changeOf("client", company);
const lent = changeOf("disbursement", loan);
const bought = changeOf("disbursement", purchase);
const due = changeOf("payment", payment);
const work = { ...changeOf("operation", operation), currency: "USD" };

describe("no rule judges a field that the schema has refused", () => {
  it.each<[Category, object | null, Change, readonly string[]]>([
    ["client", null, { ...person, gender: "company" }, ["gender"]],
    ["client", recordOf("client", individual), { gender: "company" }, ["is_company"]],
    ["client", null, { ...firm, contact_person: null }, ["contact_person"]],
    ["client", null, { ...person, name: null }, ["name"]],
    ["disbursement", null, { ...lent, maturity_date: "2020-01-01" }, ["maturity_date"]],
    ["disbursement", null, { ...lent, maturity_date: "2020-01-01" }, ["disbursement_date"]],
    ["disbursement", null, { ...lent, gross_value: "5", upfront_fee: "5" }, ["gross_value"]],
    ["disbursement", null, { ...lent, gross_value: "5", upfront_fee: "5" }, ["upfront_fee"]],
    ["disbursement", null, { ...lent, gross_value: "5", upfront_fee: "5" }, ["disbursement_amount"]],
    ["payment", null, { ...due, payment_principal: "500.01" }, ["payment_principal"]],
    ["payment", null, { ...due, status: "expected", refund: true }, ["status"]],
    [
      "operation",
      null,
      { ...work, operation_start_date: "2024-05-01", operation_end_date: "2024-04-30" },
      ["operation_start_date"],
    ],
    [
      "operation",
      null,
      { ...work, operation_start_date: "2024-05-01", operation_end_date: "2024-04-30" },
      ["operation_end_date"],
    ],
    ["operation", null, { ...work, depreciation_method: "straight_line" }, ["asset_id"]],
    ["operation", null, { ...work, depreciation_method: "straight_line" }, ["asset_value"]],
    ["operation", null, { ...work, depreciation_method: "straight_line" }, ["depreciation_method"]],
  ])("%s %j with %j: not %j", (category, current, change, unread) => {
    expect(check(category, current, change).fields).not.toEqual([]);
    expect(check(category, current, change, unread).fields).toEqual([]);
  });

  it.each<[Category, Change]>([
    ["disbursement", { ...lent, gross_value: "5", upfront_fee: "5" }],
    ["payment", { ...due, payment_principal: "1", payment_fee: "1" }],
    ["operation", { ...work, operation_cost: "0.001" }],
  ])("nor an amount of a %s whose currency is refused: %j", (category, change) => {
    for (const currency of ["XXX", undefined]) {
      expect(check(category, null, { ...change, currency }, ["currency"]).fields).toEqual([]);
    }
  });

  it.each<[string, Change, readonly string[]]>([
    ["gross_value", { gross_value: "0.001", upfront_fee: "5" }, ["gross_value"]],
    ["upfront_fee", { gross_value: "5", upfront_fee: "0.001" }, ["upfront_fee"]],
    ["both", { gross_value: "0.001", upfront_fee: "0.001" }, ["gross_value", "upfront_fee"]],
  ])("nor an amount that cannot be read: %s", (_, change, refused) => {
    const codes = refused.map((field) => `${field} invalid_value`);
    expect(check("disbursement", null, { ...lent, ...change }).fields).toEqual(codes);
  });
});

describe("a fee is checked", () => {
  const fee = { gross_value: "5", upfront_fee: "5" };

  it("of a new loan only where its amount can be read", () => {
    const change = { ...lent, ...fee, disbursement_amount: "0.001" };
    expect(check("disbursement", null, change).fields).toEqual(["disbursement_amount invalid_value"]);
  });

  it("of an update against the amount first agreed, also where the new amount cannot be read", () => {
    const current = recordOf("disbursement", loan);
    const change = {
      ...fee,
      disbursement_amount: "0.001",
      change_date: "2025-01-01",
      change_reason: "Agreed",
    };
    expect(check("disbursement", current, change).fields).toEqual([
      "disbursement_amount invalid_value",
      "upfront_fee inconsistent_amounts",
    ]);
  });
});

describe("a record lacks", () => {
  it.each<[Category, Change, readonly string[]]>([
    [
      "client",
      person,
      ["client_id", "name", "email", "phone", "address", "country", "is_company", "registration_number"],
    ],
    ["client", person, ["gender"]],
    ["client", firm, ["contact_person"]],
    ["disbursement", lent, ["disbursement_id", "disbursement_amount", "total_expected_margin", "currency"]],
    ["disbursement", lent, ["client_id", "disbursement_date", "maturity_date"]],
    [
      "disbursement",
      bought,
      ["operation_date", "payment_date", "estimated_delivery_date", "goods_description", "goods_status"],
    ],
    ["payment", due, ["payment_id", "disbursement_id", "payment_total", "currency", "status", "due_date"]],
    ["operation", work, ["operation_id", "disbursement_id", "operation_name"]],
  ])("of a %s each of what it needs: %j without %j", (category, change, needed) => {
    for (const name of needed) {
      const codes = check(category, null, { ...change, [name]: undefined }).fields;
      expect(codes).toEqual([`${name} required`]);
    }
  });
});
