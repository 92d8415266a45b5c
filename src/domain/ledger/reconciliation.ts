/** Where the check of the kept sums stands. */
export interface IntegrityStanding {
  /** Accounts of books whose kept sum was found wrong. */
  readonly mismatched: number;
  /** Milliseconds since 1970; null before the first check. */
  readonly checked_at: number | null;
  /** The sequence of the last entry that was added up. */
  readonly checked_upto: number;
}

/** What the bank and the ledger say of a bank account at the end of the statement's day. */
export interface BankStanding {
  readonly bank_account_ref: string;
  readonly currency: string;
  /** Null where the bank has said nothing yet. */
  readonly statement_minor: bigint | null;
  readonly ledger_minor: bigint;
}

/** The principal in one currency, in the general ledger and summed up over the loans. */
export interface RollupStanding {
  readonly currency: string;
  readonly gl_minor: bigint;
  readonly loans_minor: bigint;
}
