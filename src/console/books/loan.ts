import type { ParsedOf } from "../../contract/answer-types.ts";
import type { JournalPageJson, loanBalance } from "../../contract/ledger/answers.ts";
import { pathOf } from "../address.ts";
import { get } from "../api.ts";
import { may } from "../caller.ts";
import { h } from "../dom.ts";
import { figure } from "../figure.ts";
import { dateText, minorText, NONE } from "../format.ts";
import { loading } from "../loading.ts";
import type { Route } from "../route.ts";
import { entryList } from "./entry-list.ts";

/** A loan of the ledger: its balances, and its entries with the newest first. */
export function loanPart({ segments }: Route, page: AbortSignal): readonly HTMLElement[] {
  const id = segments[2] ?? "";
  const entries = h(
    "section",
    { class: "card", "aria-labelledby": "loan-entries" },
    h("h2", { id: "loan-entries" }, "Entries"),
    entriesInBooks(id, page),
  );
  if (!may("hpts:balances:read")) return [entries];
  const balances = loading("the balances", page, async ({ signal }) => {
    const answer = await get<ParsedOf<typeof loanBalance>>(pathOf(["v1", "loans", id, "balance"]), signal);
    return answer.ok ? { ok: true, value: [card(answer.value)] } : answer;
  });
  return [balances, entries];
}

/** The entries of a loan of the ledger. */
export function entriesInBooks(loan_id: string, page: AbortSignal): HTMLElement {
  return entryList(
    {
      read: async (page_token, signal) => {
        const path = pathOf(["v1", "loans", loan_id, "journal-entries"], { page_size: "50", page_token });
        const answer = await get<JournalPageJson>(path, signal);
        const unknown = !answer.ok && answer.problem.code === "not_found";
        return unknown ? { ok: true, value: { items: [] } } : answer;
      },
      none: "The ledger has no entry for this loan.",
    },
    page,
  );
}

function card(balance: ParsedOf<typeof loanBalance>): HTMLElement {
  const amount = (minor: string) => minorText(minor, balance.currency);
  const last = balance.last_activity_at;
  return h(
    "section",
    { class: "card", "aria-labelledby": "loan" },
    h("h2", { id: "loan" }, `${balance.currency} on ${balance.as_of_date}`),
    h("p", { class: "note" }, `Loan ${balance.loan_id}`),
    h(
      "dl",
      { class: "figures" },
      figure("Principal", amount(balance.principal_outstanding_minor)),
      figure("Interest", amount(balance.interest_receivable_minor)),
      figure("Fees", amount(balance.fees_receivable_minor)),
      figure("Margin", amount(balance.margin_receivable_minor)),
      figure("Suspense", amount(balance.suspense_minor)),
      figure("Total exposure", amount(balance.total_exposure_minor)),
      figure("Last posting", last === null ? NONE : dateText(last)),
    ),
  );
}
