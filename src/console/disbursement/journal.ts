import type { JournalPageJson } from "../../contract/ledger/answers.ts";
import type { PositionJson } from "../../contract/position/answers.ts";
import { pathOf } from "../address.ts";
import { get } from "../api.ts";
import { button, h } from "../dom.ts";
import { entryTable } from "../entry/table.ts";
import { loading } from "../loading.ts";

/** The ledger's entries of the disbursement, the newest first. Needs a token that may read the ledger. */
export function journalCard({ ledger_loan_id }: PositionJson, page: AbortSignal): HTMLElement {
  const next = (page_token: string | undefined): HTMLElement =>
    loading("the journal", page, async ({ signal }) => {
      const path = pathOf(["v1", "loans", ledger_loan_id, "journal-entries"], {
        page_size: "50",
        page_token,
      });
      const answer = await get<JournalPageJson>(path, signal);
      if (!answer.ok) {
        const unknown = answer.problem.code === "not_found";
        return unknown
          ? { ok: true, value: [h("p", { class: "note" }, "The ledger has no entry for this disbursement.")] }
          : answer;
      }
      const { items, next_page_token: after } = answer.value;
      const more = after === undefined ? null : button("More", () => more?.replaceWith(next(after)));
      return { ok: true, value: [items.length > 0 ? entryTable(items) : note(), more] };
    });
  return h(
    "section",
    { class: "card", "aria-labelledby": "journal" },
    h("h2", { id: "journal" }, "Journal"),
    next(undefined),
  );
}

const note = () => h("p", { class: "note" }, "The ledger has no entry for this disbursement.");
