import * as z from "zod";
import { ACCOUNTS, type AccountCode, LAYERS } from "../../domain/ledger/accounts.ts";
import { DAY_COUNT_CONVENTIONS } from "../../domain/ledger/day-count.ts";
import { FIGURE_TABLES } from "../../domain/ledger/integrity.ts";
import { ENTRY_TYPES } from "../../domain/ledger/journal.ts";
import type { ParsedOf } from "../answer-types.ts";
import { currency, day, instant, sumMinor, uuid } from "../answer-values.ts";

const account = z.enum(Object.keys(ACCOUNTS) as [AccountCode, ...AccountCode[]]);
const layer = z.enum(LAYERS);

const line = z
  .object({
    sequence: z.int().min(1),
    account_code: account,
    direction: z.enum(["DR", "CR"]),
    amount_minor: sumMinor,
    currency,
    layer,
    loan_id: uuid.optional(),
    borrower_id: uuid.optional(),
    external_ref: z.string().optional(),
  })
  .meta({ id: "JournalLine" });

/** `GET /v1/journal-entries/{id}` (docs/api.md#ledger). */
export const journalEntry = z
  .object({
    journal_entry_id: uuid,
    event_type: z.enum(ENTRY_TYPES),
    effective_at: day.meta({ ...day.meta(), description: "The day on which the entry counts." }),
    value_date: day.meta({ ...day.meta(), description: "The day of what it books." }),
    posted_at: instant,
    lines: z.array(line).min(2),
    correlation_id: z.string().optional().meta({ description: "An entry and its reversal share it." }),
    reverses_entry_id: uuid.optional(),
    settles_entry_id: uuid.optional(),
    bank_account_ref: z.string().optional(),
    description: z.string().optional(),
    actor: z.string().optional().meta({ description: "The `sub` of the token that posted." }),
  })
  .meta({ id: "JournalEntry" });

export type JournalEntryJson = ParsedOf<typeof journalEntry>;

const next_page_token = z.string().optional().meta({ description: "Send it as `page_token`." });

/** `GET /v1/journal-entries` and `GET /v1/loans/{loan_id}/journal-entries`. */
export const journalPage = z.object({ items: z.array(journalEntry), next_page_token });

export type JournalPageJson = ParsedOf<typeof journalPage>;

/** `GET /v1/journal-summary`. */
export const journalSummary = z.object({
  lines: z.array(
    z.object({
      period: z.string().meta({ description: "`YYYY-MM-DD`, or `YYYY-MM` by month." }),
      currency,
      account_codes: z.array(account).min(1).meta({ description: "Several with one external code." }),
      name: z.string(),
      external_code: z.string().optional(),
      debit_minor: sumMinor,
      credit_minor: sumMinor,
    }),
  ),
});

/** `GET /v1/loans/{loan_id}/balance`. */
export const loanBalance = z.object({
  loan_id: uuid,
  currency,
  as_of_date: day,
  principal_outstanding_minor: sumMinor,
  interest_receivable_minor: sumMinor,
  fees_receivable_minor: sumMinor,
  margin_receivable_minor: sumMinor,
  suspense_minor: sumMinor,
  total_exposure_minor: sumMinor,
  last_activity_at: instant.nullable(),
});

const sums = {
  account_name: z.string(),
  dr_balance_minor: sumMinor,
  cr_balance_minor: sumMinor,
  normal_balance_minor: sumMinor,
} as const;

/** `GET /v1/accounts/{account_code}/balance`. */
export const accountBalance = z.object({
  account_code: account,
  currency,
  layer,
  as_of_date: day,
  bank_account_ref: z.string().optional(),
  ...sums,
});

/** `GET /v1/accounts`. */
export const chart = z.object({
  accounts: z.array(
    z.object({
      account_code: account,
      account_name: z.string(),
      account_type: z.string(),
      normal_side: z.enum(["DR", "CR"]),
      external_code: z.string().optional(),
      external_name: z.string().optional(),
    }),
  ),
});

/** `PUT /v1/accounts/{account_code}`: what the tenant calls the account; null where it has no name of its own. */
export const accountNamed = z.object({
  account_code: account,
  name: z.string().nullable(),
  external_code: z.string().nullable(),
  external_name: z.string().nullable(),
});

/** `GET /v1/trial-balance`. */
export const trialBalance = z.object({
  currency,
  as_of_date: day,
  accounts: z.array(z.object({ account_code: account, ...sums })),
  total_dr_minor: sumMinor,
  total_cr_minor: sumMinor,
});

/** `POST /v1/accruals/preview`: a body that `POST /v1/accruals/batch` takes (docs/ledger.md#accruals). */
export const accrualPreview = z.object({
  program_id: uuid,
  accrual_date: day,
  day_count_convention: z.enum(DAY_COUNT_CONVENTIONS),
  currency,
  loans: z.array(
    z.object({
      loan_id: uuid,
      outstanding_principal_minor: sumMinor,
      interest_minor: sumMinor,
      interest_remainder: z.string(),
    }),
  ),
  skipped: z.array(z.object({ loan_id: uuid, reason: z.literal("kept_by_records") })),
  next_page_token: z.string().optional(),
});

const checked = z.enum(["ok", "mismatch"]);

export const bankReconciliation = z.object({
  bank_account_ref: z.string(),
  currency,
  status: z.enum(["reconciled", "unreconciled", "no_statement"]),
  difference_minor: sumMinor.optional(),
});

/** A figure that is not what the log and the journal say. A member that does not tell it from others is null. */
const figureFinding = z.object({
  table: z.enum(FIGURE_TABLES),
  book: z.string().nullable(),
  account: account.nullable(),
  currency: z.string().nullable(),
  day: z.string().nullable(),
  entry: z.string().nullable(),
});

/** `GET /v1/reconciliation/status` (docs/ledger.md#reconciliation). */
export const reconciliation = z.object({
  as_of_date: day,
  ledger_integrity: z.object({
    status: checked,
    mismatched_account_count: z.int().min(0),
    findings: z.array(figureFinding).max(100),
    checked_at: instant.nullable(),
    checked_upto_sequence: z.int().min(0),
  }),
  bank_reconciliation: z.array(bankReconciliation),
  portfolio_rollup: z.array(
    z.object({
      currency,
      status: checked,
      gl_principal_minor: sumMinor,
      sum_of_loan_balances_minor: sumMinor,
    }),
  ),
});

/** `POST /v1/reconciliation/checks`. */
export const checkStarted = z.object({ status: z.literal("started"), requested_at: instant });
