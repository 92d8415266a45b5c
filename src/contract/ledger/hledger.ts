import { minorUnits } from "../../domain/core/currency.ts";
import { majorParts } from "../../domain/core/money.ts";
import { ACCOUNTS, type AccountCode } from "../../domain/ledger/accounts.ts";
import { type Entry, linesOf } from "../../domain/ledger/journal.ts";

/**
 * The head of a journal in hledger's text format (hledger.org, "Journal"): every account with its type, so that the
 * books have a balance sheet and an income statement.
 */
export function hledgerHead(): string {
  const types = { assets: "A", liabilities: "L", revenues: "R" } as const;
  const accounts = Object.entries(ACCOUNTS).map(
    ([code, { class: of }]) => `account ${accountName(code as AccountCode)}  ; type: ${types[of]}\n`,
  );
  return `; Loan Ledger, the tenant's whole journal in the order of posting\n\n${accounts.join("")}\n`;
}

/** How many decimals a currency is written with; once for each, before its first entry. */
export function hledgerCommodity(currency: string): string {
  return `commodity 1000.${"0".repeat(minorUnits(currency))} ${currency}\n\n`;
}

/**
 * One entry: the day on which it counts, its lines, and its identity in tags. A credit is a negative amount. The
 * payee, which is our own word, stands before the client's: a description that began with a parenthesis would be a
 * transaction code, and an unclosed one would make the whole journal unreadable.
 */
export function hledgerEntry(entry: Entry): string {
  const { effective_at, event_type, description } = entry;
  const note = description === null ? "" : ` | ${oneLine(description)}`;
  const head = `${effective_at} * ${event_type}${note}\n`;
  const tags = [
    ["journal_entry_id", entry.journal_entry_id],
    ["event_type", entry.event_type],
    ["posted_at", new Date(entry.posted_at).toISOString()],
    ["loan_id", entry.loan_id],
    ["borrower_id", entry.borrower_id],
    ["layer", entry.layer],
    ["correlation_id", entry.correlation_id],
    ["reverses_entry_id", entry.reverses_entry_id],
    ["external_ref", entry.external_ref],
    ["actor", entry.actor],
  ].flatMap(([name, value]) => (value === null ? [] : [`    ; ${name}: ${oneLine(value ?? "")}\n`]));
  const lines = linesOf(entry.postings).map(({ account_code, direction, amount_minor }) => {
    const amount = decimal(direction === "DR" ? amount_minor : -amount_minor, entry.currency);
    return `    ${accountName(account_code)}  ${amount} ${entry.currency}\n`;
  });
  return `${head}${tags.join("")}${lines.join("")}\n`;
}

const accountName = (code: AccountCode) => `${ACCOUNTS[code].class}:${code} ${ACCOUNTS[code].name}`;

/** With all of the currency's decimals, so that no reader has to guess the mark. */
function decimal(minor: bigint, currency: string): string {
  const [whole, fraction] = majorParts(minor, currency);
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

/** Free text in one line: a semicolon would begin a comment and a comma end a tag. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const oneLine = (text: string) => text.replace(/[\s\u0000-\u001f\u007f-\u009f;,]+/g, " ").trim();
