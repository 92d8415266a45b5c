import type { Finding } from "./integrity.ts";

/** The findings that a report names. */
export const REPORTED_FINDINGS_MAX = 100;

/** The state of the integrity check. */
export interface IntegrityStanding {
  /** The number of accounts, by book and currency, of which a figure was found wrong. */
  readonly mismatched: number;
  /** The first figures that were found wrong. */
  readonly findings: readonly Finding[];
  /** Milliseconds since 1970; null before the first check. */
  readonly checked_at: number | null;
  /** The sequence of the last entry that the check has added up. */
  readonly checked_upto: number;
}

/** What the bank and the ledger say of a bank account at the end of the statement's day. */
export interface BankStanding {
  readonly bank_account_ref: string;
  readonly currency: string;
  /** Null if the bank has stated no balance yet. */
  readonly statement_minor: bigint | null;
  readonly ledger_minor: bigint;
}

/** The principal in one currency: in the general ledger, and as the sum over the loans. */
export interface RollupStanding {
  readonly currency: string;
  readonly gl_minor: bigint;
  readonly loans_minor: bigint;
}
