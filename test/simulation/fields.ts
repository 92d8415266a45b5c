/**
 * The fields of docs/api.md#ingest as the simulation's model knows them: written from the contract's table, not from the code
 * under test.
 */
export type Kind = "loan" | "purchase";
export type Type =
  | "id"
  | "text"
  | "email"
  | "phone"
  | "country"
  | "currency"
  | "boolean"
  | "object"
  | "clients";
export type NumberType = "positive" | "amount" | "signed" | "integer" | "number";

export interface FieldRule {
  readonly type: Type | NumberType | "date" | readonly string[];
  readonly required?: true;
  readonly immutable?: true;
  readonly kind?: Kind;
}

/** Columns that no event sends: the record's own. Written as a lookup shows them. */
export const DERIVED: Readonly<Record<Category, Readonly<Record<string, FieldRule>>>> = {
  client: {},
  disbursement: {},
  payment: {
    expected_total: { type: "amount" },
    expected_principal: { type: "amount" },
    expected_fee: { type: "amount" },
    expected_due_date: { type: "date" },
  },
  operation: {},
};

export type Category = "client" | "disbursement" | "payment" | "operation";

const id = { type: "id", required: true, immutable: true } as const;
const text = { type: "text", required: true } as const;
const date = { type: "date" } as const;
const amount = { type: "amount" } as const;
const note = { type: "text" } as const;
const loan = { required: true, kind: "loan" } as const;
const purchase = { required: true, kind: "purchase" } as const;

export const FIELDS: Readonly<Record<Category, Readonly<Record<string, FieldRule>>>> = {
  client: {
    client_id: id,
    name: text,
    email: { type: "email", required: true },
    phone: { type: "phone", required: true },
    address: text,
    country: { type: "country", required: true },
    is_company: { type: "boolean", required: true },
    registration_number: text,
    gender: { type: ["male", "female", "company"] },
    contact_person: note,
    info: { type: "object" },
  },
  disbursement: {
    disbursement_id: id,
    kind: { type: ["loan", "purchase"], required: true, immutable: true },
    disbursement_amount: { type: "positive", required: true },
    total_expected_margin: { type: "amount", required: true },
    currency: { type: "currency", required: true, immutable: true },
    client_id: { type: "id", ...loan },
    disbursement_date: { ...date, ...loan },
    maturity_date: { ...date, ...loan },
    operation_date: { ...date, ...purchase },
    payment_date: { ...date, ...purchase },
    estimated_delivery_date: { ...date, ...purchase },
    goods_description: { ...note, ...purchase },
    goods_status: { ...note, ...purchase },
    purchase_clients: { type: "clients", kind: "purchase" },
    gross_value: amount,
    upfront_fee: amount,
    installment_count: { type: "integer" },
    decision_date: date,
    decision: note,
    credit_score: { type: "number" },
    reason: note,
    approved_amount: amount,
    pledge_creditor: note,
    bank_ref: note,
    insurer_coverage: amount,
    insurer_name: note,
    info: { type: "object" },
  },
  payment: {
    payment_id: id,
    disbursement_id: id,
    payment_total: { type: "positive", required: true },
    currency: { type: "currency", required: true, immutable: true },
    status: { type: ["expected", "paid", "canceled"], required: true },
    due_date: { ...date, required: true },
    client_id: { type: "id" },
    source: { type: ["client", "insurer", "other"] },
    payment_date: date,
    payment_principal: amount,
    payment_fee: amount,
    installment_number: { type: "integer" },
    bank_ref: note,
    refund: { type: "boolean", immutable: true },
    recovery: { type: "boolean" },
    info: { type: "object" },
  },
  operation: {
    operation_id: id,
    disbursement_id: id,
    operation_name: text,
    operation_description: note,
    operation_start_date: date,
    operation_end_date: date,
    operation_revenue: { type: "signed" },
    operation_cost: amount,
    currency: { type: "currency", immutable: true },
    asset_id: { type: "id" },
    asset_type: note,
    asset_value: amount,
    asset_description: note,
    asset_purchase_date: date,
    asset_condition: note,
    depreciation_amount: amount,
    depreciation_period: { type: ["daily", "monthly", "quarterly", "yearly"] },
    depreciation_method: { type: ["straight_line", "amortization"] },
    info: { type: "object" },
  },
};

export const idFieldOf = (category: Category) => `${category}_id`;

export const isAmount = ({ type }: FieldRule) =>
  type === "positive" || type === "amount" || type === "signed";

/** Members of an event that belong to no record. */
export const CHANGE_FIELDS: Readonly<Record<string, FieldRule>> = { change_date: date, change_reason: note };
