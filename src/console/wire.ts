import type { Example } from "../domain/position/quality.ts";
import type { QualityCode } from "../domain/position/quality-rules.ts";
import type { Exact } from "./format.ts";

/** The members of the API's answers that the console reads (docs/api.md). Amounts are exact, in major units. */
export interface Bucket {
  readonly bucket: string;
  readonly number: Exact;
  readonly outstanding: Exact;
  readonly arrears: Exact;
}

export interface PortfolioLine {
  readonly currency: string;
  readonly number: Exact;
  readonly repaid: Exact;
  readonly disbursed: Exact;
  readonly outstanding: Exact;
  readonly scheduled: Exact;
  readonly received: Exact;
  readonly arrears: Exact;
  readonly margin_due: Exact;
  readonly written_off: Exact;
  readonly rebates: Exact;
  readonly overpaid: Exact;
  readonly par0: Exact | null;
  readonly par30: Exact | null;
  readonly par90: Exact | null;
  readonly buckets: readonly Bucket[];
}

export interface Portfolio {
  readonly data: readonly PortfolioLine[];
  readonly series?: readonly { readonly as_of_date: string; readonly currencies: readonly PortfolioLine[] }[];
}

export interface Parts {
  readonly total: Exact;
  readonly principal: Exact;
  readonly fee: Exact;
}

/** One line of the list of positions. */
export interface PositionLine {
  readonly disbursement_id: string;
  readonly kind: string;
  readonly client_id: string | null;
  readonly currency: string;
  readonly as_of_date: string;
  readonly state: string;
  readonly bucket: string | null;
  readonly days_past_due: Exact;
  readonly scheduled: Parts;
  readonly received: Parts;
  readonly arrears: Parts;
  readonly outstanding_principal: Exact;
  readonly margin_due: Exact;
  readonly overpaid: Exact;
  readonly next_due: { readonly due_date: string; readonly amount: Exact } | null;
  readonly last_received: { readonly payment_date: string; readonly amount: Exact } | null;
}

export interface Installment {
  readonly payment_id: string;
  readonly installment_number: Exact | null;
  readonly due_date: string;
  readonly expected: Parts;
  readonly covered: Exact;
  readonly days_late: Exact;
  readonly paid_on: string | null;
}

export interface Page<T> {
  readonly data: readonly T[];
  readonly pagination: {
    readonly has_more: boolean;
    readonly next_cursor?: string;
    readonly searched_all?: boolean;
    /** Of a list of positions: false where there are more lines than it holds. */
    readonly listed_all?: boolean;
    readonly total?: Exact;
    readonly total_capped?: boolean;
  };
}

/** A row of a lookup table; the catalogue lists its columns. */
export type Row = Readonly<Record<string, unknown>>;

export interface JournalEntry {
  readonly journal_entry_id: string;
  readonly event_type: string;
  readonly effective_at: string;
  readonly reverses_entry_id?: string;
  readonly lines: readonly {
    readonly sequence: Exact;
    readonly account_code: string;
    readonly direction: "DR" | "CR";
    readonly amount_minor: string;
    readonly currency: string;
  }[];
}

export interface Terms {
  readonly amount: Exact;
  readonly margin: Exact;
  readonly maturity_date: string | null;
}

/** One disbursement as of a day. */
export interface Position extends PositionLine {
  readonly terms: {
    readonly first_agreed: Terms;
    readonly as_of: Terms;
    readonly changes: readonly (Terms & { readonly sequence: Exact; readonly change_date: string })[];
  };
  readonly installments: readonly Installment[];
  readonly ledger_loan_id: string;
}

/** How often a rule of quality applies, and the first examples. */
export interface FoundByRule {
  readonly code: QualityCode;
  readonly count: Exact;
  readonly examples: readonly Example[];
}

export interface Quality {
  readonly rules: readonly FoundByRule[];
}
