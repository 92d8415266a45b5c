import { LosslessNumber } from "lossless-json";
import { expect } from "vitest";
import { parseJson, stringifyJson } from "../../src/contract/json.ts";
import { parseIngest } from "../../src/contract/tape/ingest.ts";
import { company, individual, loan, operation, payment, purchase } from "./examples.ts";

export type Data = Readonly<Record<string, unknown>>;

/** A number as a JSON text would write it, which a JavaScript number may not be able to. */
export const raw = (text: string): object => new LosslessNumber(text);

/** What the ingest contract says of a body, numbers kept as they are written. */
export function parse(body: unknown) {
  const json = parseJson(stringifyJson(body));
  if (!json.ok) throw new Error(json.error);
  return parseIngest(json.value);
}

/** The refused fields of `data` and their codes, `{}` when the event is accepted. */
export function refusals(category: string, data: Data): Record<string, string> {
  const parsed = parse({ category, data });
  if (parsed.ok) return {};
  expect(parsed.error.code).toBe("validation_error");
  const errors = parsed.error.errors ?? [];
  expect(new Set(errors.map(({ field }) => field)).size).toBe(errors.length);
  for (const { field, message } of errors) {
    expect(field).toMatch(/^data\./);
    expect(message).not.toBe("");
  }
  return Object.fromEntries(errors.map(({ field, code }) => [field.slice("data.".length), code]));
}

/** What an accepted event changes. */
export function changeOf(category: string, data: Data): Data {
  const parsed = parse({ category, data });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value.change;
}

export const EXAMPLES: Readonly<Record<string, readonly [category: string, data: Data, idField: string]>> = {
  individual: ["client", individual, "client_id"],
  company: ["client", company, "client_id"],
  loan: ["disbursement", loan, "disbursement_id"],
  purchase: ["disbursement", purchase, "disbursement_id"],
  payment: ["payment", payment, "payment_id"],
  operation: ["operation", { ...operation, currency: "USD", asset_id: "A-1" }, "operation_id"],
};

export const ofExample = (name: string) => {
  const example = EXAMPLES[name];
  if (!example) throw new Error(`no example ${name}`);
  return example;
};

/** Fields of each example by what their values may be (docs/api.md#ingest). */
const FIELDS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  individual: {
    id: ["client_id"],
    text: ["name", "address", "registration_number"],
    optionalText: ["contact_person"],
    email: ["email"],
    phone: ["phone"],
    country: ["country"],
    boolean: ["is_company"],
    object: ["info"],
  },
  loan: {
    id: ["disbursement_id", "client_id"],
    positive: ["disbursement_amount"],
    amount: ["total_expected_margin"],
    optionalAmount: ["gross_value", "upfront_fee", "approved_amount", "insurer_coverage"],
    currency: ["currency"],
    date: ["disbursement_date", "maturity_date"],
    optionalDate: ["decision_date"],
    integer: ["installment_count"],
    number: ["credit_score"],
    optionalText: ["decision", "reason", "pledge_creditor", "bank_ref", "insurer_name"],
    object: ["info"],
  },
  purchase: {
    positive: ["disbursement_amount"],
    amount: ["total_expected_margin"],
    date: ["operation_date", "payment_date", "estimated_delivery_date"],
    text: ["goods_description", "goods_status"],
  },
  payment: {
    id: ["payment_id", "disbursement_id"],
    optionalId: ["client_id"],
    positive: ["payment_total"],
    optionalAmount: ["payment_principal", "payment_fee"],
    currency: ["currency"],
    date: ["due_date"],
    optionalDate: ["payment_date"],
    integer: ["installment_number"],
    optionalText: ["bank_ref"],
    object: ["info"],
  },
  operation: {
    id: ["operation_id", "disbursement_id"],
    optionalId: ["asset_id"],
    text: ["operation_name"],
    optionalText: ["operation_description", "asset_type", "asset_description", "asset_condition"],
    optionalDate: ["operation_start_date", "operation_end_date", "asset_purchase_date"],
    signedAmount: ["operation_revenue"],
    optionalAmount: ["operation_cost", "asset_value", "depreciation_amount"],
    object: ["info"],
  },
};

export const ENUMS: readonly (readonly [example: string, field: string, values: readonly string[]])[] = [
  ["individual", "gender", ["male", "female"]],
  ["payment", "status", ["expected", "paid", "canceled"]],
  ["payment", "source", ["client", "insurer", "other"]],
  ["operation", "depreciation_period", ["daily", "monthly", "quarterly", "yearly"]],
  ["operation", "depreciation_method", ["straight_line", "amortization"]],
];

/** Every [example, field] of these kinds. */
export const fieldsOf = (...kinds: readonly string[]): (readonly [string, string])[] =>
  Object.entries(FIELDS).flatMap(([example, byKind]) =>
    kinds.flatMap((kind) => (byKind[kind] ?? []).map((field) => [example, field] as const)),
  );

/** The code that an example is refused with when one field has this value. */
export function refusalOf(example: string, field: string, value: unknown): string | undefined {
  const [category, data] = ofExample(example);
  return refusals(category, { ...data, [field]: value })[field];
}
