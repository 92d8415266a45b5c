import { minorUnits } from "../../domain/core/currency.ts";
import { fullDecimal } from "../../domain/core/money.ts";
import { type NamedAccounts, NO_NAMES } from "../../domain/ledger/account-names.ts";
import { ACCOUNT_CODES, ACCOUNTS, type AccountCode, type AccountType } from "../../domain/ledger/accounts.ts";
import { type Entry, journalLines, loansOf } from "../../domain/ledger/journal.ts";

/** The top of an account's name, and the letter of its type. */
const CLASSES = {
  asset: ["assets", "A"],
  liability: ["liabilities", "L"],
  equity: ["equity", "E"],
  revenue: ["revenues", "R"],
  expense: ["expenses", "X"],
} as const satisfies Record<AccountType, readonly [string, string]>;

/**
 * The head of a journal in hledger's text format (hledger.org, "Journal"): every account with its type, so that the
 * books have a balance sheet and an income statement. The names of the tenant are tags, so that they may change.
 */
export function hledgerHead(what: string, names: NamedAccounts): string {
  const accounts = ACCOUNT_CODES.map((code) => {
    const [, letter] = CLASSES[ACCOUNTS[code].type];
    const own = Object.entries(names.get(code) ?? NO_NAMES);
    const tags = own.flatMap(([name, text]) => (text === null ? [] : [`, ${name}: ${oneLine(text)}`]));
    return `account ${accountName(code)}  ; type: ${letter}${tags.join("")}\n`;
  });
  return `; Loan Ledger, ${what}\n\n${accounts.join("")}\n`;
}

/** Declares a currency's decimals. It comes once for each currency, before its first entry. */
export function hledgerCommodity(currency: string): string {
  return `commodity 1000.${"0".repeat(minorUnits(currency))} ${currency}\n\n`;
}

/**
 * One entry: the day from which it counts, its lines, and its identity in tags. A credit is a negative amount. The
 * payee is the service's own word and comes before the client's text: a description that began with a parenthesis would
 * be a transaction code, and an unclosed one would make the whole journal unreadable.
 */
export function hledgerEntry(entry: Entry): string {
  const { effective_at, event_type, description } = entry;
  const single = loansOf(entry).size === 1 ? entry.postings.find(({ loan }) => loan)?.loan : null;
  const note = description === null ? "" : ` | ${oneLine(description)}`;
  const head = `${effective_at} * ${event_type}${note}\n`;
  const tags = [
    ["journal_entry_id", entry.journal_entry_id],
    ["event_type", entry.event_type],
    ["value_date", entry.value_date],
    ["posted_at", new Date(entry.posted_at).toISOString()],
    ["loan_id", single?.loan_id ?? null],
    ["borrower_id", single?.borrower_id ?? null],
    ["bank_account_ref", entry.bank_account_ref],
    ["layer", entry.layer],
    ["correlation_id", entry.correlation_id],
    ["reverses_entry_id", entry.reverses?.journal_entry_id ?? null],
    ["external_ref", entry.external_ref],
    ["actor", entry.actor],
  ].flatMap(([name, value]) => (value === null ? [] : [`    ; ${name}: ${oneLine(value ?? "")}\n`]));
  const lines = journalLines(entry.postings).map(({ account_code, direction, amount_minor, loan }) => {
    const amount = fullDecimal(direction === "DR" ? amount_minor : -amount_minor, entry.currency);
    const own = single || !loan ? "" : `  ; loan_id: ${loan.loan_id}, borrower_id: ${loan.borrower_id}`;
    return `    ${accountName(account_code)}  ${amount} ${entry.currency}${own}\n`;
  });
  return `${head}${tags.join("")}${lines.join("")}\n`;
}

const accountName = (code: AccountCode) =>
  `${CLASSES[ACCOUNTS[code].type][0]}:${code} ${ACCOUNTS[code].name}`;

/** Free text in one line: a semicolon would begin a comment and a comma end a tag. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const oneLine = (text: string) => text.replace(/[\s\u0000-\u001f\u007f-\u009f;,]+/g, " ").trim();
