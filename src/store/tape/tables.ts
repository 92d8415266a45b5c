import { sql } from "drizzle-orm";
import { check, index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { int64, tenant } from "../d1/columns.ts";

/** Every record's place in the tenant's history: event sequences, and milliseconds since 1970. */
const lifetime = {
  created_seq: integer().notNull(),
  updated_seq: integer().notNull(),
  created_at: integer().notNull(),
  updated_at: integer().notNull(),
  deleted_at: integer(),
};

export const clients = sqliteTable(
  "clients",
  {
    ...tenant,
    client_id: text().notNull(),
    name: text(),
    email: text(),
    phone: text(),
    address: text(),
    country: text().notNull(),
    is_company: integer({ mode: "boolean" }).notNull(),
    registration_number: text(),
    gender: text({ enum: ["male", "female", "company"] }),
    contact_person: text(),
    info: text(),
    /** What `search` looks into, folded (domain/core/folded.ts). */
    search_text: text(),
    erased_at: integer(),
    ...lifetime,
  },
  (t) => [
    primaryKey({ columns: [t.tenant_id, t.client_id] }),
    index("clients_by_creation").on(t.tenant_id, t.created_seq).where(sql`deleted_at IS NULL`),
    check(
      "a_company_has_the_gender_company",
      sql`erased_at IS NOT NULL OR is_company = (COALESCE(gender, '') = 'company')`,
    ),
  ],
);

export const disbursements = sqliteTable(
  "disbursements",
  {
    ...tenant,
    disbursement_id: text().notNull(),
    kind: text({ enum: ["loan", "purchase"] }).notNull(),
    disbursement_amount: int64().notNull(),
    total_expected_margin: int64().notNull(),
    currency: text().notNull(),
    client_id: text(),
    disbursement_date: text(),
    maturity_date: text(),
    purchase_clients: text(),
    operation_date: text(),
    payment_date: text(),
    estimated_delivery_date: text(),
    goods_description: text(),
    goods_status: text(),
    gross_value: int64(),
    upfront_fee: int64(),
    installment_count: integer(),
    decision_date: text(),
    decision: text(),
    credit_score: text(),
    reason: text(),
    approved_amount: int64(),
    pledge_creditor: text(),
    bank_ref: text(),
    insurer_coverage: int64(),
    insurer_name: text(),
    info: text(),
    amount_changed_on: text(),
    margin_changed_on: text(),
    maturity_changed_on: text(),
    first_agreed_amount: int64().notNull(),
    changed_hands: integer({ mode: "boolean" }).notNull().default(false),
    ...lifetime,
  },
  (t) => [
    primaryKey({ columns: [t.tenant_id, t.disbursement_id] }),
    index("disbursements_by_creation").on(t.tenant_id, t.created_seq).where(sql`deleted_at IS NULL`),
    index("disbursements_by_client")
      .on(t.tenant_id, t.client_id, t.created_seq)
      .where(sql`client_id IS NOT NULL AND deleted_at IS NULL`),
    check("a_loan_has_a_client_and_a_purchase_has_none", sql`(kind = 'loan') = (client_id IS NOT NULL)`),
    check(
      "a_financed_amount_is_positive_until_it_is_written_off",
      sql`first_agreed_amount > 0 AND disbursement_amount >= 0 AND total_expected_margin >= 0`,
    ),
  ],
);

/** The terms as first agreed and after each change of one, each row written with its event (docs/api.md#disbursements). */
export const disbursementTerms = sqliteTable(
  "disbursement_terms",
  {
    ...tenant,
    disbursement_id: text().notNull(),
    sequence: integer().notNull(),
    on_date: text().notNull(),
    disbursement_amount: int64().notNull(),
    total_expected_margin: int64().notNull(),
    maturity_date: text(),
    pledge_creditor: text(),
  },
  (t) => [primaryKey({ columns: [t.tenant_id, t.disbursement_id, t.sequence] })],
);

/**
 * For a payment that has an event with a `change_date`: its events with the members of the schedule that each set, as
 * JSON with amounts as decimal text of minor units (docs/api.md#payments). Also those of a deleted payment.
 */
export const paymentTerms = sqliteTable(
  "payment_terms",
  {
    ...tenant,
    disbursement_id: text().notNull(),
    payment_id: text().notNull(),
    sequence: integer().notNull(),
    step: text({ enum: ["create", "update", "delete"] }).notNull(),
    change_date: text(),
    members: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant_id, t.disbursement_id, t.payment_id, t.sequence] })],
);

export const purchaseClients = sqliteTable(
  "purchase_clients",
  {
    ...tenant,
    created_seq: integer().notNull(),
    position: integer().notNull(),
    id: text().notNull(),
    disbursement_id: text().notNull(),
    client_id: text().notNull(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant_id, t.created_seq, t.position] }),
    index("purchase_clients_by_disbursement").on(t.tenant_id, t.disbursement_id, t.created_seq, t.position),
    index("purchase_clients_by_client").on(t.tenant_id, t.client_id, t.created_seq, t.position),
  ],
);

/** Clients that have left a purchase, or whose purchase was deleted: events of that time may be about them. */
export const formerPurchaseClients = sqliteTable(
  "former_purchase_clients",
  { ...tenant, disbursement_id: text().notNull(), client_id: text().notNull() },
  (t) => [
    primaryKey({ columns: [t.tenant_id, t.disbursement_id, t.client_id] }),
    index("former_purchase_clients_by_client").on(t.tenant_id, t.client_id),
  ],
);

export const payments = sqliteTable(
  "payments",
  {
    ...tenant,
    payment_id: text().notNull(),
    disbursement_id: text().notNull(),
    payment_total: int64().notNull(),
    currency: text().notNull(),
    status: text({ enum: ["expected", "paid", "canceled"] }).notNull(),
    due_date: text().notNull(),
    client_id: text().notNull(),
    source: text({ enum: ["client", "insurer", "other"] }).notNull(),
    payment_date: text(),
    payment_principal: int64(),
    payment_fee: int64(),
    installment_number: integer(),
    bank_ref: text(),
    refund: integer({ mode: "boolean" }).notNull().default(false),
    recovery: integer({ mode: "boolean" }).notNull().default(false),
    info: text(),
    expected_total: int64(),
    expected_principal: int64(),
    expected_fee: int64(),
    expected_due_date: text(),
    due_sequence: integer(),
    is_dated: integer({ mode: "boolean" }).notNull().default(false),
    ...lifetime,
  },
  (t) => [
    primaryKey({ columns: [t.tenant_id, t.payment_id] }),
    index("payments_by_creation").on(t.tenant_id, t.created_seq).where(sql`deleted_at IS NULL`),
    index("payments_by_disbursement").on(t.tenant_id, t.disbursement_id, t.created_seq),
    check("a_payment_is_positive", sql`payment_total > 0`),
    check(
      "principal_and_fee_make_the_total",
      sql`(payment_principal IS NULL AND payment_fee IS NULL)
        OR (payment_principal >= 0 AND payment_fee >= 0 AND payment_total - payment_principal = payment_fee)`,
    ),
    check(
      "what_is_expected_has_a_total_and_a_day",
      sql`(expected_total IS NULL) = (expected_due_date IS NULL) AND (due_sequence IS NULL OR expected_total IS NOT NULL) AND (status <> 'expected' OR expected_total IS NOT NULL)`,
    ),
    check(
      "a_refund_or_a_recovery_is_not_due",
      sql`refund + recovery = 0 OR (refund + recovery = 1 AND status <> 'expected')`,
    ),
  ],
);

/** Payments of a disbursement whose id was created anew under another one: its past still needs them. */
export const formerPayments = sqliteTable(
  "former_payments",
  { ...tenant, disbursement_id: text().notNull(), payment_id: text().notNull() },
  (t) => [primaryKey({ columns: [t.tenant_id, t.disbursement_id, t.payment_id] })],
);

export const operations = sqliteTable(
  "operations",
  {
    ...tenant,
    operation_id: text().notNull(),
    disbursement_id: text().notNull(),
    operation_name: text().notNull(),
    operation_description: text(),
    operation_start_date: text(),
    operation_end_date: text(),
    operation_revenue: int64(),
    operation_cost: int64(),
    currency: text().notNull(),
    asset_id: text(),
    asset_type: text(),
    asset_value: int64(),
    asset_description: text(),
    asset_purchase_date: text(),
    asset_condition: text(),
    depreciation_amount: int64(),
    depreciation_period: text({ enum: ["daily", "monthly", "quarterly", "yearly"] }),
    depreciation_method: text({ enum: ["straight_line", "amortization"] }),
    info: text(),
    ...lifetime,
  },
  (t) => [
    primaryKey({ columns: [t.tenant_id, t.operation_id] }),
    index("operations_by_creation").on(t.tenant_id, t.created_seq).where(sql`deleted_at IS NULL`),
    index("operations_by_disbursement")
      .on(t.tenant_id, t.disbursement_id, t.created_seq)
      .where(sql`deleted_at IS NULL`),
  ],
);
