import { BUCKETS } from "../../domain/position/state.ts";

const parts = (name: string) => ["total", "principal", "fee"].map((part) => `${name}_${part}`);
const terms = (name: string) =>
  ["amount", "margin", "maturity_date"].map((member) => `terms_${name}_${member}`);

/** Columns of the list of positions. Only JSON has the changes of terms. */
export const POSITIONS_COLUMNS: readonly string[] = [
  ...["disbursement_id", "kind", "client_id", "currency", "as_of_date", "state", "bucket", "days_past_due"],
  ...[...terms("first_agreed"), ...terms("as_of")],
  ...[...parts("scheduled"), ...parts("received"), ...parts("arrears")],
  ...["outstanding_principal", "margin_due", "overpaid", "next_due_due_date", "next_due_amount"],
  ...["last_received_payment_date", "last_received_amount", "ledger_loan_id"],
];

/** Columns of one position: one line per installment. */
export const INSTALLMENT_COLUMNS: readonly string[] = [
  ...["disbursement_id", "currency", "as_of_date", "payment_id", "installment_number", "due_date"],
  ...[...parts("expected"), "covered", "days_late", "paid_on"],
];

/** Columns of the portfolio: one line per currency, group and day, with the buckets as columns. */
export const PORTFOLIO_COLUMNS: readonly string[] = [
  ...["as_of_date", "currency", "group", "number", "disbursed", "outstanding", "scheduled", "received"],
  ...["arrears", "margin_due"],
  ...BUCKETS.flatMap((bucket) =>
    ["number", "outstanding", "arrears"].map((figure) => `buckets_${bucket}_${figure}`),
  ),
  ...["par0", "par30", "par90", "repaid", "written_off", "rebates", "overpaid"],
];

/** Columns of quality: one line per example. */
export const QUALITY_COLUMNS: readonly string[] = [
  "code",
  "count",
  "disbursement_id",
  "payment_id",
  "client_ids",
];
