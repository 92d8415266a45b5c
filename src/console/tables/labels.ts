import { capitalized, words } from "../format.ts";

/** Columns whose name of the API says less, or more, than a reader needs. */
const LABELS: Readonly<Record<string, string>> = {
  client_id: "Client",
  disbursement_id: "Disbursement",
  payment_id: "Payment",
  operation_id: "Operation",
  asset_id: "Asset",
  event_id: "Event",
  trace_id: "Trace",
  ledger_loan_id: "Loan in the books",
  journal_entry_ids: "Journal entries",
  key_hash: "Key (hash)",
  is_company: "Company",
  email: "E-mail",
  info: "Further data",
  disbursement_amount: "Amount",
  total_expected_margin: "Margin",
  bank_ref: "Bank reference",
  payment_total: "Total",
  payment_principal: "Principal",
  payment_fee: "Fee",
  due_date: "Due",
  on_date: "On",
  created_at: "First recorded",
  updated_at: "Last changed",
  erased_at: "Erased",
  actor: "Sent by",
};

/** What a column is called on the screen; its name in the API is its title. */
export const columnLabel = (column: string): string => LABELS[column] ?? capitalized(words(column));
