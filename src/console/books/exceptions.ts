import type { ParsedOf } from "../../contract/answer-types.ts";
import type { exceptions } from "../../contract/bookkeeping/answers.ts";
import { href, pathOf } from "../address.ts";
import { getWalked } from "../api.ts";
import { h, link } from "../dom.ts";
import { amountText, NONE, numberText } from "../format.ts";
import type { Route } from "../route.ts";
import { growingList } from "../rows.ts";
import { disbursementLink } from "./links.ts";

type Exceptions = ParsedOf<typeof exceptions>;

/** What each reason means (docs/bookkeeping.md#exceptions). */
const MEANINGS: Readonly<Record<Exceptions["data"][number]["reason"], string>> = {
  overpaid: "more principal was received than is owed",
  over_earned: "more fee was received than the margin",
  paid_before_disbursement: "received before the loan began",
  orphan_receipts: "paid, and its disbursement is deleted",
  currency_differs: "paid in another currency than its disbursement",
  kept_by_ledger: "a ledger route used its loan before the records did",
  after_write_off: "received on what was written off, and not marked as a recovery",
  unsettled: "a corrected date took back its settlement, and no other is posted",
};

/** What the books show as irregular now, with links to the records. */
export function exceptionsPart(_: Route, page: AbortSignal): readonly HTMLElement[] {
  return [
    h(
      "section",
      { class: "card", "aria-label": "Exceptions" },
      h(
        "p",
        { class: "note" },
        "The present state of the books: what needs a correction of the records, or an answer.",
      ),
      growingList(
        {
          what: "exceptions",
          shape: "rows cards",
          columns: [
            ["Disbursement"],
            ["Payment"],
            ["Reason"],
            ["Amount", "number"],
            ["Currency"],
            ["Event", "number"],
          ],
          read: async (cursor, { signal, progress }) => {
            const path = pathOf(["v1", "bookkeeping", "exceptions"], { limit: "50", cursor });
            const answer = await getWalked<Exceptions>(path, signal, progress);
            if (!answer.ok) return answer;
            return {
              ok: true,
              value: { rows: answer.value.data, next: answer.value.pagination.next_cursor },
            };
          },
          show: ({ disbursement_id, payment_id, reason, amount, currency, sequence }) => [
            disbursementLink(disbursement_id),
            payment_id === undefined ? NONE : link(href(["tables", "payments", payment_id]), payment_id),
            MEANINGS[reason],
            amountText(amount, currency),
            currency,
            numberText(sequence),
          ],
          none: "No exception.",
        },
        page,
      ),
    ),
  ];
}
