import type { Entry } from "../../domain/ledger/journal.ts";
import { type Amounts, minus } from "../../domain/ledger/loan-book.ts";
import type { AnswerOf } from "../answer-types.ts";
import { csvOf, flat } from "../csv.ts";
import { columnsOf } from "../csv-columns.ts";
import { type loanAmounts, type statement, statementItem } from "./statement-answer.ts";
import { shownAmounts } from "./views.ts";

/** An entry of a loan's statement, what it changes and the balances after it. */
interface StatementItem {
  readonly entry: Entry;
  readonly change: Amounts;
  readonly balance: Amounts;
}

/** The parts of a loan that a statement shows, in the order of their columns. */
const amountsView = <T>(
  { principal, interest, fees, suspense }: Amounts,
  show: (amount: bigint) => T,
): Record<keyof AnswerOf<typeof loanAmounts>, T> => ({
  principal_minor: show(principal),
  interest_minor: show(interest),
  fees_minor: show(fees),
  suspense_minor: show(suspense),
});

const itemView = <T>({ entry, change, balance }: StatementItem, show: (amount: bigint) => T) => ({
  journal_entry_id: entry.journal_entry_id,
  event_type: entry.event_type,
  effective_at: entry.effective_at,
  value_date: entry.value_date,
  posted_at: new Date(entry.posted_at).toISOString(),
  change: amountsView(minus(shownAmounts(balance), shownAmounts(minus(balance, change))), show),
  balance: amountsView(shownAmounts(balance), show),
});

/** A page of a loan's statement (docs/ledger.md#reads). */
export const statementView = (
  opening: Amounts,
  items: readonly StatementItem[],
  next_page_token: string | undefined,
): AnswerOf<typeof statement> => ({
  opening: amountsView(shownAmounts(opening), String),
  items: items.map((item): AnswerOf<typeof statementItem> => itemView(item, String)),
  next_page_token,
});

/** The items of a page. Amounts are numbers, so that a sign gets no spreadsheet guard. */
export const statementCsv = (items: readonly StatementItem[]): string =>
  csvOf(
    columnsOf(statementItem),
    items.map((item) => flat(itemView(item, (amount) => amount))),
  );
