import { fullDecimal } from "../../domain/core/money.ts";
import { type NamedAccounts, nameOfAccount } from "../../domain/ledger/account-names.ts";
import type { AccountCode } from "../../domain/ledger/accounts.ts";
import { type Entry, journalLines } from "../../domain/ledger/journal.ts";
import { csvLine } from "../csv.ts";

/** The columns of the journal as CSV (docs/api.md#ledger). */
const JOURNAL_LINE_COLUMNS = [
  "date",
  "value_date",
  "journal_entry_id",
  "event_type",
  "account_code",
  "account_name",
  "external_code",
  "debit",
  "credit",
  "currency",
  "loan_id",
  "borrower_id",
  "disbursement_id",
  "bank_account_ref",
  "external_ref",
  "description",
  "actor",
  "reverses_entry_id",
] as const;

export const JOURNAL_LINES_HEAD = csvLine(JOURNAL_LINE_COLUMNS);

/** What the lines show besides the entries themselves. */
interface LineNames {
  /** The disbursements of loans that follow their records, by `loan_id`. */
  readonly disbursements: ReadonlyMap<string, string>;
  readonly accounts: NamedAccounts;
  /** Only the lines of this account. */
  readonly account_code: AccountCode | undefined;
}

/** An entry's lines as CSV. Amounts are in major units with the currency's decimals; the other side is empty. */
export function csvLines(entry: Entry, { disbursements, accounts, account_code }: LineNames): string {
  return journalLines(entry.postings)
    .filter((line) => account_code === undefined || line.account_code === account_code)
    .map(({ account_code: account, direction, amount_minor, loan }) => {
      const amount = fullDecimal(amount_minor, entry.currency);
      const cells: Record<(typeof JOURNAL_LINE_COLUMNS)[number], string | null | undefined> = {
        date: entry.effective_at,
        value_date: entry.value_date,
        journal_entry_id: entry.journal_entry_id,
        event_type: entry.event_type,
        account_code: account,
        account_name: nameOfAccount(accounts, account),
        external_code: accounts.get(account)?.external_code,
        debit: direction === "DR" ? amount : null,
        credit: direction === "CR" ? amount : null,
        currency: entry.currency,
        loan_id: loan?.loan_id,
        borrower_id: loan?.borrower_id,
        disbursement_id: loan && disbursements.get(loan.loan_id),
        bank_account_ref: account === "1000" ? entry.bank_account_ref : null,
        external_ref: entry.external_ref,
        description: entry.description,
        actor: entry.actor,
        reverses_entry_id: entry.reverses?.journal_entry_id,
      };
      return csvLine(JOURNAL_LINE_COLUMNS.map((column) => cells[column]));
    })
    .join("");
}
