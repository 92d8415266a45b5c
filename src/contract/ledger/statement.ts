import { type Amounts, minus } from "../../domain/ledger/loan-book.ts";
import { type LoanStatement, receiptOf, type StatementItem } from "../../domain/ledger/statement.ts";
import type { AnswerOf } from "../answer-types.ts";
import { csvOf, flat } from "../csv.ts";
import { columnsOf } from "../csv-columns.ts";
import { type loanAmounts, type statement, statementItem } from "./statement-answer.ts";
import { entryHead, shownAmounts } from "./views.ts";

type Show<T> = (amount: bigint) => T;

/** The parts of a loan that a statement shows, in the order of their columns. */
const amountsView = <T>(
  { principal, interest, fees, margin, suspense }: Amounts,
  show: Show<T>,
): Record<keyof AnswerOf<typeof loanAmounts>, T> => ({
  principal_minor: show(principal),
  interest_minor: show(interest),
  fees_minor: show(fees),
  margin_minor: show(margin),
  suspense_minor: show(suspense),
  total_minor: show(principal + interest + fees + margin - suspense),
});

/** A balance as a statement shows it: only a loan that follows its records can be in credit. */
const shown = (follows_records: boolean, balance: Amounts): Amounts =>
  follows_records ? shownAmounts(balance) : balance;

function itemView<T>(follows_records: boolean, { entry, change, balance }: StatementItem, show: Show<T>) {
  const after = shown(follows_records, balance);
  const receipt = receiptOf(entry);
  return {
    ...entryHead(entry),
    ...(receipt && { amount_minor: show(receipt.amount), recovery_minor: show(receipt.recovery) }),
    change: amountsView(minus(after, shown(follows_records, minus(balance, change))), show),
    balance: amountsView(after, show),
  };
}

/** A page of a loan's statement (docs/ledger.md#reads). */
export const statementView = (
  { opening, items, follows_records }: LoanStatement,
  next_page_token: string | undefined,
): AnswerOf<typeof statement> => ({
  opening: amountsView(shown(follows_records, opening), String),
  items: items.map((item): AnswerOf<typeof statementItem> => itemView(follows_records, item, String)),
  next_page_token,
});

/** The items of a page. Amounts are numbers, so that a sign gets no spreadsheet guard. */
export const statementCsv = ({ items, follows_records }: LoanStatement): string =>
  csvOf(
    columnsOf(statementItem),
    items.map((item) => flat(itemView(follows_records, item, (amount) => amount))),
  );
