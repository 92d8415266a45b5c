import type { PageJson } from "../../contract/lookup/answers.ts";
import type { LookupTable } from "../../contract/lookup/tables.ts";
import { pathOf } from "../address.ts";
import { announce } from "../announce.ts";
import { get } from "../api.ts";
import { button, h } from "../dom.ts";
import { numberText, plural } from "../format.ts";
import { refresh } from "../route.ts";

/** The events that change a table: those of its category, or for other tables all. */
const CATEGORY: Readonly<Record<string, string>> = {
  clients: "client",
  disbursements: "disbursement",
  purchase_clients: "disbursement",
  payments: "payment",
  operations: "operation",
  asset_status: "operation",
};

const WAIT_S = 30;

/**
 * A quiet line that counts the events which came since the table was read, and shows the table again on request
 * (docs/api.md#feed). It ends with the page, and when the service does not answer.
 */
export function news({ name }: LookupTable, page: AbortSignal): HTMLElement {
  const line = h("p", { class: "news" });
  void follow(CATEGORY[name], page, (events) => {
    const text = `${plural(numberText(String(events)), "new event")}`;
    line.replaceChildren(button(`${text}: show`, refresh, { class: "quiet" }));
    announce(text);
  });
  return line;
}

async function follow(
  category: string | undefined,
  page: AbortSignal,
  show: (events: number) => void,
): Promise<void> {
  const newest = await get<PageJson>(pathOf(["api", "tables", "events"], { category, limit: "1" }), page);
  if (!newest.ok) return;
  const [last] = newest.value.data;
  const head = last === undefined ? 0 : Number(String(last.sequence));
  // The cursor of a page of the feed stands after all events: so only new ones follow.
  const from = last === undefined ? {} : { date_field: "created_at", start_date: String(last.created_at) };
  const query = { category, sort_order: "asc", limit: "200", ...from };
  let cursor: string | undefined;
  let events = 0;
  while (!page.aborted) {
    const path = pathOf(["api", "tables", "events"], { ...query, cursor });
    const answer = await get<PageJson>(path, page, cursor === undefined ? {} : { Prefer: `wait=${WAIT_S}` });
    if (!answer.ok) return;
    const { data, pagination } = answer.value;
    const fresh = data.filter(({ sequence }) => Number(String(sequence)) > head).length;
    events += fresh;
    if (fresh > 0) show(events);
    // Without a cursor there is nothing to continue from, and no wait.
    if (pagination.next_cursor === undefined) return;
    cursor = pagination.next_cursor;
  }
}
