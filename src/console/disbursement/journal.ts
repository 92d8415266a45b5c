import type { PositionJson } from "../../contract/position/answers.ts";
import { entriesInBooks } from "../books/loan.ts";
import { h } from "../dom.ts";

/** The ledger's entries of the disbursement, the newest first. Needs a token that may read the ledger. */
export function journalCard({ ledger_loan_id }: PositionJson, page: AbortSignal): HTMLElement {
  return h(
    "section",
    { class: "card", "aria-labelledby": "journal" },
    h("h2", { id: "journal" }, "Journal"),
    entriesInBooks(ledger_loan_id, page),
  );
}
