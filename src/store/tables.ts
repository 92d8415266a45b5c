import { sql } from "drizzle-orm";
import {
  check,
  customType,
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";
import type { AccountCode } from "../domain/accounts.ts";

/**
 * A signed 64-bit count of minor units. D1 rounds integers beyond 2^53 on their way out, so a query selects such a
 * column as text (see `selection` in rows.ts) and this type reads that text.
 */
export const int64 = customType<{ data: bigint; driverData: string }>({
  dataType: () => "integer",
  toDriver: (value) => sql`CAST(${value.toString()} AS INTEGER)`,
  fromDriver: (value) => BigInt(value),
});

/** Every record's place in the tenant's history: event sequences, and milliseconds since 1970. */
const lifetime = {
  created_seq: integer().notNull(),
  updated_seq: integer().notNull(),
  created_at: integer().notNull(),
  updated_at: integer().notNull(),
  deleted_at: integer(),
};

const tenant = { tenant_id: text().notNull() };

export const clients = sqliteTable(
  "clients",
  {
    ...tenant,
    client_id: text().notNull(),
    name: text().notNull(),
    email: text().notNull(),
    phone: text().notNull(),
    address: text().notNull(),
    country: text().notNull(),
    is_company: integer({ mode: "boolean" }).notNull(),
    registration_number: text().notNull(),
    gender: text({ enum: ["male", "female", "company"] }).notNull(),
    contact_person: text(),
    info: text(),
    ...lifetime,
  },
  (t) => [
    primaryKey({ columns: [t.tenant_id, t.client_id] }),
    index("clients_by_creation").on(t.tenant_id, t.created_seq).where(sql`deleted_at IS NULL`),
    check("a_company_has_the_gender_company", sql`is_company = (gender = 'company')`),
    check("a_company_has_a_contact_person", sql`is_company = 0 OR contact_person IS NOT NULL`),
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
    ...lifetime,
  },
  (t) => [
    primaryKey({ columns: [t.tenant_id, t.disbursement_id] }),
    index("disbursements_by_creation").on(t.tenant_id, t.created_seq).where(sql`deleted_at IS NULL`),
    index("disbursements_by_client")
      .on(t.tenant_id, t.client_id, t.created_seq)
      .where(sql`client_id IS NOT NULL AND deleted_at IS NULL`),
    check("a_loan_has_a_client_and_a_purchase_has_none", sql`(kind = 'loan') = (client_id IS NOT NULL)`),
    check("a_financed_amount_is_positive", sql`disbursement_amount > 0 AND total_expected_margin >= 0`),
  ],
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
    info: text(),
    ...lifetime,
  },
  (t) => [
    primaryKey({ columns: [t.tenant_id, t.payment_id] }),
    index("payments_by_creation").on(t.tenant_id, t.created_seq).where(sql`deleted_at IS NULL`),
    index("payments_by_disbursement")
      .on(t.tenant_id, t.disbursement_id, t.created_seq)
      .where(sql`deleted_at IS NULL`),
    check("a_payment_is_positive", sql`payment_total > 0`),
    check(
      "principal_and_fee_make_the_total",
      sql`(payment_principal IS NULL AND payment_fee IS NULL)
        OR (payment_principal >= 0 AND payment_fee >= 0 AND payment_total - payment_principal = payment_fee)`,
    ),
  ],
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

/** The tenant's accepted events in order: the fence against a second writer, and the outbox of history. */
export const events = sqliteTable(
  "events",
  {
    ...tenant,
    sequence: integer().notNull(),
    event_id: text().notNull(),
    category: text().notNull(),
    step: text().notNull(),
    record_id: text().notNull(),
    idempotency_key: text().notNull(),
    fingerprint: text().notNull(),
    data: text().notNull(),
    facts: text().notNull(),
    makes_history: integer({ mode: "boolean" }).notNull(),
    answer: text(),
    trace_id: text().notNull(),
    created_at: integer().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant_id, t.sequence] }),
    uniqueIndex("events_by_key").on(t.tenant_id, t.idempotency_key),
    index("events_that_make_history").on(t.tenant_id, t.sequence).where(sql`makes_history = 1`),
    check("sequences_count_from_one", sql`sequence > 0`),
  ],
);

/** A history row belongs to the event that it comes from; an event makes one row a table at most (contract 5). */
const origin = {
  ...tenant,
  sequence: integer().notNull(),
  event_id: text().notNull(),
  on_date: text().notNull(),
  created_at: integer().notNull(),
};

const reason = { change_date: text(), change_reason: text() };

export const disbursementStatus = sqliteTable(
  "disbursement_status",
  {
    ...origin,
    disbursement_id: text().notNull(),
    status: text({ enum: ["ongoing", "canceled"] }).notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant_id, t.disbursement_id, t.sequence] }),
    index("disbursement_status_by_date").on(t.tenant_id, t.on_date, t.sequence),
  ],
);

export const extensions = sqliteTable(
  "extensions",
  {
    ...origin,
    disbursement_id: text().notNull(),
    previous_maturity_date: text(),
    new_maturity_date: text(),
    ...reason,
  },
  (t) => [
    primaryKey({ columns: [t.tenant_id, t.sequence] }),
    index("extensions_by_disbursement").on(t.tenant_id, t.disbursement_id, t.sequence),
  ],
);

export const rebates = sqliteTable(
  "rebates",
  {
    ...origin,
    disbursement_id: text().notNull(),
    previous_margin: int64().notNull(),
    new_margin: int64().notNull(),
    rebate_amount: int64().notNull(),
    currency: text().notNull(),
    ...reason,
  },
  (t) => [
    primaryKey({ columns: [t.tenant_id, t.sequence] }),
    index("rebates_by_disbursement").on(t.tenant_id, t.disbursement_id, t.sequence),
    check(
      "a_rebate_is_the_difference",
      sql`rebate_amount > 0 AND rebate_amount = previous_margin - new_margin`,
    ),
  ],
);

export const writeOffs = sqliteTable(
  "write_offs",
  {
    ...origin,
    disbursement_id: text().notNull(),
    previous_amount: int64().notNull(),
    new_amount: int64().notNull(),
    write_off_amount: int64().notNull(),
    currency: text().notNull(),
    ...reason,
  },
  (t) => [
    primaryKey({ columns: [t.tenant_id, t.sequence] }),
    index("write_offs_by_disbursement").on(t.tenant_id, t.disbursement_id, t.sequence),
    check(
      "a_write_off_is_the_difference",
      sql`write_off_amount > 0 AND write_off_amount = previous_amount - new_amount`,
    ),
  ],
);

export const restructures = sqliteTable(
  "restructures",
  {
    ...origin,
    disbursement_id: text().notNull(),
    previous_maturity_date: text(),
    new_maturity_date: text(),
    previous_margin: int64().notNull(),
    new_margin: int64().notNull(),
    previous_amount: int64().notNull(),
    new_amount: int64().notNull(),
    currency: text().notNull(),
    ...reason,
  },
  (t) => [
    primaryKey({ columns: [t.tenant_id, t.sequence] }),
    index("restructures_by_disbursement").on(t.tenant_id, t.disbursement_id, t.sequence),
  ],
);

export const assetStatus = sqliteTable(
  "asset_status",
  {
    ...origin,
    operation_id: text().notNull(),
    disbursement_id: text().notNull(),
    asset_id: text(),
    asset_condition: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant_id, t.operation_id, t.sequence] }),
    index("asset_status_by_date").on(t.tenant_id, t.on_date, t.sequence),
  ],
);

/** How far a tenant's history is made: every event up to here has its rows. */
export const historyCursors = sqliteTable("history_cursors", {
  tenant_id: text().primaryKey(),
  sequence: integer().notNull(),
  updated_at: integer().notNull(),
});

/** Queue messages that failed for good, for the operator (README, "When history stands still"). */
export const deadLetters = sqliteTable(
  "dead_letters",
  {
    message_id: text().primaryKey(),
    /** Null when the message does not even name a tenant. */
    tenant_id: text(),
    trace_id: text(),
    body: text().notNull(),
    error: text().notNull(),
    recorded_at: integer().notNull(),
    /** The operator sets it to 1 once the cause is mended; the next sweep tries again. */
    redrive: integer().notNull().default(0),
    resolved_at: integer(),
  },
  (t) => [index("dead_letters_open").on(t.tenant_id).where(sql`resolved_at IS NULL`)],
);

/** The journal. Append-only: triggers in the migration refuse UPDATE and DELETE (contract 7). */
export const journalEntries = sqliteTable(
  "journal_entries",
  {
    ...tenant,
    sequence: integer().notNull(),
    journal_entry_id: text().notNull(),
    event_type: text({ enum: ["disbursement", "reversal"] }).notNull(),
    loan_id: text().notNull(),
    borrower_id: text().notNull(),
    currency: text().notNull(),
    layer: text({ enum: ["SETTLED"] }).notNull(),
    effective_at: text().notNull(),
    posted_at: integer().notNull(),
    correlation_id: text().notNull(),
    reverses_entry_id: text(),
    reverses_sequence: integer(),
    external_ref: text(),
    description: text(),
    actor: text(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant_id, t.sequence] }),
    index("journal_entries_by_loan").on(t.tenant_id, t.loan_id, t.sequence),
    uniqueIndex("an_entry_is_reversed_once")
      .on(t.tenant_id, t.reverses_sequence)
      .where(sql`reverses_sequence IS NOT NULL`),
    check("a_reversal_names_its_entry", sql`(event_type = 'reversal') = (reverses_sequence IS NOT NULL)`),
  ],
);

/** Each row debits one account and credits another with one amount: an unbalanced entry cannot be stored. */
export const journalPostings = sqliteTable(
  "journal_postings",
  {
    ...tenant,
    sequence: integer().notNull(),
    position: integer().notNull(),
    debit: text().$type<AccountCode>().notNull(),
    credit: text().$type<AccountCode>().notNull(),
    amount_minor: int64().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant_id, t.sequence, t.position] }),
    check("an_amount_moves_between_two_accounts", sql`debit <> credit AND amount_minor >= 0`),
  ],
);

/** One borrower and one currency for the life of a loan. */
export const ledgerLoans = sqliteTable(
  "ledger_loans",
  {
    ...tenant,
    loan_id: text().notNull(),
    borrower_id: text().notNull(),
    currency: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant_id, t.loan_id] })],
);

/** `book` is a loan id, or empty for the tenant's whole ledger; sums of amounts that are 0 or more. */
const account = {
  ...tenant,
  book: text().notNull(),
  account_code: text().$type<AccountCode>().notNull(),
  currency: text().notNull(),
  layer: text().notNull(),
};
const total = { dr_minor: int64().notNull(), cr_minor: int64().notNull() };

export const ledgerTotals = sqliteTable("ledger_totals", { ...account, ...total }, (t) => [
  primaryKey({ columns: [t.tenant_id, t.book, t.account_code, t.currency, t.layer] }),
  check("totals_do_not_fall_below_zero", sql`dr_minor >= 0 AND cr_minor >= 0`),
]);

/** The same by effective day: a balance as of a date is the total less the days after it. */
export const ledgerDays = sqliteTable("ledger_days", { ...account, day: text().notNull(), ...total }, (t) => [
  primaryKey({ columns: [t.tenant_id, t.book, t.account_code, t.currency, t.layer, t.day] }),
  check("days_do_not_fall_below_zero", sql`dr_minor >= 0 AND cr_minor >= 0`),
]);
