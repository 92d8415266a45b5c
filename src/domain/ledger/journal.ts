import type { AccountCode, Layer } from "./accounts.ts";

/** A loan and who owes it at the time of the posting. */
export interface LoanParty {
  readonly loan_id: string;
  readonly borrower_id: string;
}

/**
 * One amount moved between two accounts. Each posting is a debit and a credit of the same amount, so the type cannot
 * express an unbalanced entry.
 */
export interface Posting {
  readonly debit: AccountCode;
  readonly credit: AccountCode;
  /** Minor units of the entry's currency, 0 or more. */
  readonly amount_minor: bigint;
  /** Null for the lender's own money. */
  readonly loan: LoanParty | null;
  /** Its place among the entry's postings, from 0. Set on reads, because a loan's journal shows only some postings. */
  readonly line?: number;
}

/**
 * What an entry records. The event that posts it through a ledger route has the same name as its type, but for a batch of
 * settlements.
 */
export const ENTRY_TYPES = [
  "disbursement",
  "disbursement_settled",
  "terms_changed",
  "payment_received",
  "payment_allocated",
  "fee_assessed",
  "fee_waived",
  "interest_waived",
  "accrual",
  "accrual_corrected",
  "chargeoff",
  "recovery",
  "refund",
  "manual_adjustment",
  "reversal",
] as const;
export type EntryType = (typeof ENTRY_TYPES)[number];

/** The place of an entry in the tenant's journal: its event, and its position among that event's entries, from 0. */
export interface EntryPlace {
  readonly sequence: number;
  readonly position: number;
}

/** The entry that a reversal reverses. */
interface Reversed extends EntryPlace {
  readonly journal_entry_id: string;
}

/** An entry of the journal. It is never changed or deleted; only a reversal corrects it. */
export interface Entry extends EntryPlace {
  readonly journal_entry_id: string;
  readonly event_type: EntryType;
  readonly currency: string;
  readonly layer: Layer;
  /** The day from which it counts, `YYYY-MM-DD`. */
  readonly effective_at: string;
  /** The day of what it books, `YYYY-MM-DD`. */
  readonly value_date: string;
  /** Milliseconds since 1970. */
  readonly posted_at: number;
  /** The event id that an entry, its settlement and their reversals have in common. */
  readonly correlation_id: string;
  readonly reverses: Reversed | null;
  /** The disbursement that a settlement settles. */
  readonly settles_entry_id: string | null;
  /** The bank account that the entry's lines on 1000 Cash belong to. */
  readonly bank_account_ref: string | null;
  readonly external_ref: string | null;
  readonly description: string | null;
  /** The subject of the token that posted it. */
  readonly actor: string | null;
  readonly postings: readonly Posting[];
}

/** A debit or credit of one account, as the API shows an entry. */
interface JournalLine {
  readonly sequence: number;
  readonly account_code: AccountCode;
  readonly direction: "DR" | "CR";
  readonly amount_minor: bigint;
  readonly loan: LoanParty | null;
}

/**
 * The lines of an entry: for each posting its debit, then its credit, and one line for each account, side and loan. They
 * count from 1. An entry of several loans has one posting for each, so the lines of one loan have the same numbers alone.
 */
export function journalLines(postings: readonly Posting[]): readonly JournalLine[] {
  const lines = new Map<string, JournalLine>();
  let merged = 0;
  for (const [index, { debit, credit, amount_minor, loan, line }] of postings.entries()) {
    const place = 2 * (line ?? index);
    const both = [
      { sequence: place + 1, account_code: debit, direction: "DR", amount_minor, loan },
      { sequence: place + 2, account_code: credit, direction: "CR", amount_minor, loan },
    ] as const;
    for (const one of both) {
      const key = `${one.account_code} ${one.direction} ${loan?.loan_id}`;
      const same = lines.get(key);
      if (same) {
        merged += 1;
        lines.set(key, { ...same, amount_minor: same.amount_minor + amount_minor });
      } else lines.set(key, { ...one, sequence: one.sequence - merged });
    }
  }
  return [...lines.values()];
}

/** The mirror image of postings: what was debited is credited. */
export function mirror<P extends Pick<Posting, "debit" | "credit">>(postings: readonly P[]): readonly P[] {
  return postings.map((one) => ({ ...one, debit: one.credit, credit: one.debit }));
}

/** The ids of the loans that an entry touches, each once. */
export const loansOf = ({ postings }: Entry): ReadonlySet<string> =>
  new Set(postings.flatMap(({ loan }) => (loan ? [loan.loan_id] : [])));

/** Debits and credits of an account over some entries. Each sum is 0 or more and has no upper bound. */
export interface Total {
  readonly dr_minor: bigint;
  readonly cr_minor: bigint;
}

export const NO_TOTAL: Total = { dr_minor: 0n, cr_minor: 0n };

export const addTotals = (a: Total, b: Total): Total => ({
  dr_minor: a.dr_minor + b.dr_minor,
  cr_minor: a.cr_minor + b.cr_minor,
});

/** What some postings add to each account. */
export function totalsOf(postings: readonly Posting[]): ReadonlyMap<AccountCode, Total> {
  const totals = new Map<AccountCode, Total>();
  for (const { account_code, direction, amount_minor } of journalLines(postings)) {
    const added = {
      dr_minor: direction === "DR" ? amount_minor : 0n,
      cr_minor: direction === "CR" ? amount_minor : 0n,
    };
    totals.set(account_code, addTotals(totals.get(account_code) ?? NO_TOTAL, added));
  }
  return totals;
}
