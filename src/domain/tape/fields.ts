import type { StoredDate } from "../core/dates.ts";
import type { DecimalText } from "../core/decimal.ts";

/**
 * One field of a record: its type decides how it is read from the wire, stored and written back.
 * `kind` ties the field to one kind of disbursement; `required` is about create (docs/api.md#ingest).
 */
export interface Field {
  readonly type: FieldType;
  readonly required: boolean;
  /** Longest text, in characters. */
  readonly max?: number;
  /** Smallest amount or integer; an amount without a floor may be negative. */
  readonly min?: "zero" | "positive";
  /** Smallest amount that an update may set, where it is another than on create. */
  readonly minOnUpdate?: "zero";
  readonly values?: readonly string[];
  readonly kind?: "loan" | "purchase";
  /** Not required where the tenant's clients are anonymous (docs/api.md#settings). */
  readonly unlessAnonymous?: boolean;
  /** May never change after create. */
  readonly immutable?: boolean;
  /** The category whose ids it holds: the record refers to that one, and belongs to it if the field is immutable. */
  readonly refersTo?: Category;
  /** Says something about a person that an erasure must reach: no event holds it among its other data. */
  readonly private?: boolean;
}

export type FieldType =
  | "id"
  | "text"
  | "email"
  | "phone"
  | "country"
  | "currency"
  | "enum"
  | "boolean"
  | "integer"
  | "decimal"
  | "amount"
  | "date"
  | "object"
  | "clients";

export type Fields = Readonly<Record<string, Field>>;

type StoredValue<F extends Field> = F["type"] extends "amount"
  ? bigint
  : F["type"] extends "integer"
    ? number
    : F["type"] extends "boolean"
      ? boolean
      : F["type"] extends "clients"
        ? readonly string[]
        : F["type"] extends "date"
          ? StoredDate
          : F["type"] extends "enum"
            ? F["values"] extends readonly (infer V)[]
              ? V
              : never
            : string;

/** Amounts travel as decimals until the currency is known; every other value is already as stored. */
type WireValue<F extends Field> = F["type"] extends "amount" ? DecimalText : StoredValue<F>;

type IsSet<F extends Field> = F["required"] extends true
  ? F extends { kind: string } | { unlessAnonymous: true }
    ? false
    : true
  : false;

/** A record as the domain holds it: amounts in minor units, an absent optional field is null. */
type RecordOf<T extends Fields> = {
  readonly [K in keyof T]: IsSet<T[K]> extends true ? StoredValue<T[K]> : StoredValue<T[K]> | null;
};

/** What one event sets: a missing member is left as it is, null clears it. */
type ChangeOf<T extends Fields> = { readonly [K in keyof T]?: WireValue<T[K]> | null | undefined };

const optional = { required: false } as const;
const required = { required: true } as const;
const personal = { private: true } as const;
const identifying = { private: true, unlessAnonymous: true } as const;
const ofClient = { refersTo: "client" } as const;
const ofDisbursement = { refersTo: "disbursement" } as const;

export const clientFields = {
  client_id: { type: "id", ...required, immutable: true },
  name: { type: "text", max: 256, ...required, ...identifying },
  email: { type: "email", ...required, ...identifying },
  phone: { type: "phone", ...required, ...identifying },
  address: { type: "text", max: 512, ...required, ...identifying },
  country: { type: "country", ...required },
  is_company: { type: "boolean", ...required },
  registration_number: { type: "text", max: 128, ...required, ...identifying },
  gender: { type: "enum", values: ["male", "female", "company"], ...optional, ...identifying },
  contact_person: { type: "text", max: 256, ...optional, ...identifying },
  info: { type: "object", ...optional, ...personal },
} as const satisfies Fields;

const loan = { kind: "loan" } as const;
const purchase = { kind: "purchase" } as const;

export const disbursementFields = {
  disbursement_id: { type: "id", ...required, immutable: true },
  kind: { type: "enum", values: ["loan", "purchase"], ...required, immutable: true },
  disbursement_amount: { type: "amount", min: "positive", minOnUpdate: "zero", ...required },
  total_expected_margin: { type: "amount", min: "zero", ...required },
  currency: { type: "currency", ...required, immutable: true },
  client_id: { type: "id", ...required, ...loan, ...ofClient },
  disbursement_date: { type: "date", ...required, ...loan },
  maturity_date: { type: "date", ...required, ...loan },
  purchase_clients: { type: "clients", ...optional, ...purchase, ...ofClient },
  operation_date: { type: "date", ...required, ...purchase },
  payment_date: { type: "date", ...required, ...purchase },
  estimated_delivery_date: { type: "date", ...required, ...purchase },
  goods_description: { type: "text", max: 2000, ...required, ...purchase, ...personal },
  goods_status: { type: "text", max: 128, ...required, ...purchase },
  gross_value: { type: "amount", min: "zero", ...optional },
  upfront_fee: { type: "amount", min: "zero", ...optional },
  installment_count: { type: "integer", min: "zero", ...optional },
  decision_date: { type: "date", ...optional },
  decision: { type: "text", max: 256, ...optional },
  credit_score: { type: "decimal", ...optional },
  reason: { type: "text", max: 2000, ...optional, ...personal },
  approved_amount: { type: "amount", min: "zero", ...optional },
  pledge_creditor: { type: "text", max: 256, ...optional },
  bank_ref: { type: "text", max: 256, ...optional, ...personal },
  insurer_coverage: { type: "amount", min: "zero", ...optional },
  insurer_name: { type: "text", max: 256, ...optional },
  info: { type: "object", ...optional, ...personal },
} as const satisfies Fields;

/** From which day a change counts, and why; part of the event, not of the record. */
export const changeFields = {
  change_date: { type: "date", ...optional },
  change_reason: { type: "text", max: 2000, ...optional, ...personal },
} as const satisfies Fields;

export const paymentFields = {
  payment_id: { type: "id", ...required, immutable: true },
  disbursement_id: { type: "id", ...required, immutable: true, ...ofDisbursement },
  payment_total: { type: "amount", min: "positive", ...required },
  currency: { type: "currency", ...required, immutable: true },
  status: { type: "enum", values: ["expected", "paid", "canceled"], ...required },
  due_date: { type: "date", ...required },
  client_id: { type: "id", ...optional, ...ofClient },
  source: { type: "enum", values: ["client", "insurer", "other"], ...optional },
  payment_date: { type: "date", ...optional },
  payment_principal: { type: "amount", min: "zero", ...optional },
  payment_fee: { type: "amount", min: "zero", ...optional },
  installment_number: { type: "integer", min: "zero", ...optional },
  bank_ref: { type: "text", max: 256, ...optional, ...personal },
  refund: { type: "boolean", ...optional, immutable: true },
  recovery: { type: "boolean", ...optional },
  info: { type: "object", ...optional, ...personal },
} as const satisfies Fields;

export const operationFields = {
  operation_id: { type: "id", ...required, immutable: true },
  disbursement_id: { type: "id", ...required, immutable: true, ...ofDisbursement },
  operation_name: { type: "text", max: 256, ...required },
  operation_description: { type: "text", max: 2000, ...optional, ...personal },
  operation_start_date: { type: "date", ...optional },
  operation_end_date: { type: "date", ...optional },
  operation_revenue: { type: "amount", ...optional },
  operation_cost: { type: "amount", min: "zero", ...optional },
  currency: { type: "currency", ...optional, immutable: true },
  asset_id: { type: "id", ...optional },
  asset_type: { type: "text", max: 128, ...optional },
  asset_value: { type: "amount", min: "zero", ...optional },
  asset_description: { type: "text", max: 2000, ...optional, ...personal },
  asset_purchase_date: { type: "date", ...optional },
  asset_condition: { type: "text", max: 256, ...optional },
  depreciation_amount: { type: "amount", min: "zero", ...optional },
  depreciation_period: { type: "enum", values: ["daily", "monthly", "quarterly", "yearly"], ...optional },
  depreciation_method: { type: "enum", values: ["straight_line", "amortization"], ...optional },
  info: { type: "object", ...optional, ...personal },
} as const satisfies Fields;

export type Client = RecordOf<typeof clientFields> & {
  /** When the person was erased, in milliseconds since 1970; null for a client of whom nothing was erased in this life. */
  readonly erased_at: number | null;
};
export type Disbursement = RecordOf<typeof disbursementFields> &
  LatestChanges & {
    /** The amount that it was created with: later changes of the amount leave it (docs/api.md#disbursements). */
    readonly first_agreed_amount: bigint;
    /** Some event gave it another client, or made it one client's that was several clients', or the reverse. */
    readonly changed_hands: boolean;
  };

/** The latest `change_date` of the changes of each term; null for a term that never changed. */
export interface LatestChanges {
  readonly amount_changed_on: StoredDate | null;
  readonly margin_changed_on: StoredDate | null;
  readonly maturity_changed_on: StoredDate | null;
}

export type Payment = Omit<RecordOf<typeof paymentFields>, "refund" | "recovery"> &
  Expectation & {
    /** Money back to the client. */
    readonly refund: boolean;
    /** Money on what was written off. */
    readonly recovery: boolean;
    /** Some event of it acts on the schedule from a day on: `payment_terms` holds its events (docs/api.md#payments). */
    readonly is_dated: boolean;
  };

/** What was due: the last values that a payment had with the status `expected`; null for one that never had it. */
interface Expectation {
  readonly expected_total: bigint | null;
  readonly expected_principal: bigint | null;
  readonly expected_fee: bigint | null;
  readonly expected_due_date: StoredDate | null;
  /** The sequence of the event that set `expected_due_date` last; a due date that is restored keeps it. */
  readonly due_sequence: number | null;
}
/** `currency` is always known: it is the parent's when the event names none. */
export type Operation = RecordOf<typeof operationFields> & { readonly currency: string };

export type ClientChange = ChangeOf<typeof clientFields>;
export type DisbursementChange = ChangeOf<typeof disbursementFields & typeof changeFields>;
export type PaymentChange = ChangeOf<typeof paymentFields & typeof changeFields>;
export type OperationChange = ChangeOf<typeof operationFields>;

/** The record of each category (docs/api.md#ingest); categories.ts holds what else sets them apart. */
export interface RecordTypes {
  readonly client: Client;
  readonly disbursement: Disbursement;
  readonly payment: Payment;
  readonly operation: Operation;
}
export type Category = keyof RecordTypes;

export const STEPS = ["create", "update", "delete"] as const;
export type Step = (typeof STEPS)[number];
