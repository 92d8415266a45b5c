import type { ParsedOf } from "../../contract/answer-types.ts";
import type { late } from "../../contract/bookkeeping/answers.ts";
import { href, pathOf } from "../address.ts";
import { addressForm } from "../address-form.ts";
import { get } from "../api.ts";
import { today } from "../caller.ts";
import { h, labelled, link, select } from "../dom.ts";
import { words } from "../format.ts";
import type { Route } from "../route.ts";
import { growingList } from "../rows.ts";
import { disbursementLink } from "./links.ts";
import { monthsUpTo } from "./months.ts";

const MONTHS_OFFERED = 60;

/** Entries of a month that were posted in a later period, because the month was closed. */
export function latePart({ query }: Route, page: AbortSignal): readonly HTMLElement[] {
  const offered = monthsUpTo(today(), MONTHS_OFFERED);
  const period = query.get("period") ?? offered[1] ?? "";
  const options = [...new Set([period, ...offered])].sort().reverse();
  const month = select(
    options.map((one) => [one, one]),
    period,
  );
  const address = () => href(["books", "late"], { period: month.value });
  return [
    addressForm(undefined, [labelled("Month", month), h("button", {}, "Show")], address),
    h(
      "section",
      { class: "card", "aria-label": `Late items of ${period}` },
      h("p", { class: "note" }, `What belongs to ${period} and was posted on the first open day after it.`),
      lateList(period, page),
    ),
  ];
}

function lateList(period: string, page: AbortSignal): HTMLElement {
  return growingList(
    {
      what: "late items",
      shape: "rows cards",
      columns: [["Value date"], ["Counts from"], ["Disbursement"], ["Record"], ["Entry"], ["Currency"]],
      read: async (cursor, { signal }) => {
        const path = pathOf(["v1", "bookkeeping", "late"], { period, limit: "50", cursor });
        const answer = await get<ParsedOf<typeof late>>(path, signal);
        if (!answer.ok) return answer;
        return { ok: true, value: { rows: answer.value.data, next: answer.value.pagination.next_cursor } };
      },
      show: ({
        value_date,
        effective_at,
        disbursement_id,
        category,
        record_id,
        journal_entry_id,
        currency,
      }) => [
        value_date,
        effective_at,
        disbursementLink(disbursement_id),
        [words(category), " ", link(href(["tables", `${category}s`, record_id]), record_id)],
        link(href(["books", "entry", journal_entry_id]), `${journal_entry_id.slice(0, 8)}…`),
        currency,
      ],
      none: "No late item.",
    },
    page,
  );
}
