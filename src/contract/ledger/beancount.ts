import { fullDecimal } from "../../domain/core/money.ts";
import { type NamedAccounts, NO_NAMES } from "../../domain/ledger/account-names.ts";
import { ACCOUNT_CODES, ACCOUNTS, type AccountCode, type AccountType } from "../../domain/ledger/accounts.ts";
import { type Entry, journalLines } from "../../domain/ledger/journal.ts";

/** The top of an account's name; beancount knows these five. */
const ROOTS = {
  asset: "Assets",
  liability: "Liabilities",
  equity: "Equity",
  revenue: "Income",
  expense: "Expenses",
} as const satisfies Record<AccountType, string>;

const FIRST_DAY = "0001-01-01";

/** The head of a journal for beancount: every account, open from the first day on, with the tenant's names. */
export function beancountHead(what: string, names: NamedAccounts): string {
  const accounts = ACCOUNT_CODES.map((code) => {
    const own = Object.entries(names.get(code) ?? NO_NAMES);
    return `${FIRST_DAY} open ${accountName(code)}\n${members("  ", own)}`;
  });
  return `; Loan Ledger, ${what}\n\noption "title" "Loan Ledger"\n\n${accounts.join("")}\n`;
}

/** One entry: the day from which it counts, its type as payee, and its identity as metadata. A credit is negative. */
export function beancountEntry(entry: Entry): string {
  const { effective_at, event_type, description, currency } = entry;
  const head = `${effective_at} * ${quoted(event_type)} ${quoted(description ?? "")}\n`;
  const identity = members("  ", [
    ["journal_entry_id", entry.journal_entry_id],
    ["value_date", entry.value_date],
    ["posted_at", new Date(entry.posted_at).toISOString()],
    ["bank_account_ref", entry.bank_account_ref],
    ["correlation_id", entry.correlation_id],
    ["reverses_entry_id", entry.reverses?.journal_entry_id ?? null],
    ["external_ref", entry.external_ref],
    ["actor", entry.actor],
  ]);
  const lines = journalLines(entry.postings).map(({ account_code, direction, amount_minor, loan }) => {
    const amount = fullDecimal(direction === "DR" ? amount_minor : -amount_minor, currency);
    const own = members("    ", Object.entries(loan ?? {}));
    return `  ${accountName(account_code)}  ${amount} ${currency}\n${own}`;
  });
  return `${head}${identity}${lines.join("")}\n`;
}

const accountName = (code: AccountCode) =>
  `${ROOTS[ACCOUNTS[code].type]}:${code}-${ACCOUNTS[code].name.replaceAll(" ", "-")}`;

const members = (indent: string, all: readonly (readonly [name: string, text: string | null])[]): string =>
  all.flatMap(([name, text]) => (text === null ? [] : [`${indent}${name}: ${quoted(text)}\n`])).join("");

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const SPACE = /[\s\u0000-\u001f\u007f-\u009f]+/g;

/** Free text in one line, between quotation marks. */
const quoted = (text: string): string => `"${text.replace(SPACE, " ").trim().replace(/["\\]/g, "\\$&")}"`;
