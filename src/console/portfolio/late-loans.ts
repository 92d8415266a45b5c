import type { PositionLineJson, PositionsJson } from "../../contract/position/answers.ts";
import { href, pathOf, type Query } from "../address.ts";
import { type Fetched, getWalked } from "../api.ts";
import { clientLink } from "../client/link.ts";
import { button, h, labelled, link, on, scrolling, select } from "../dom.ts";
import { csvButton } from "../download.ts";
import { amountText, count, dateText, drawn, NONE, numberText, words } from "../format.ts";
import { loading, type Task } from "../loading.ts";
import { momentParameters, momentQuery, type ShownMoment } from "../moment.ts";
import type { Route } from "../route.ts";

/** The orders of the list, as the API names them. */
const SORTS = { days_past_due: "Days past due", arrears: "Arrears", outstanding: "Outstanding" } as const;
type Sort = keyof typeof SORTS;

const CHOICES = [
  ["", "All that are late"],
  ["1-30", "1-30 days"],
  ["31-60", "31-60 days"],
  ["61-90", "61-90 days"],
  ["91-180", "91-180 days"],
  ["181+", "181+ days"],
  ["current", "Current"],
] as const;

/** The number of rows shown at first; more on request. */
const ROWS_ENOUGH = 50;
/** Rows per request in orders that mix late and other loans: larger pages mean fewer requests. */
const ROWS_A_SEARCH = 200;

interface Place {
  readonly route: Route;
  readonly moment: ShownMoment;
  readonly currency: string;
  readonly filters: Query;
  readonly page: AbortSignal;
}

interface Found {
  readonly rows: readonly PositionLineJson[];
  readonly cursor: string | undefined;
  /** True when the service's list ends before the loans do. */
  readonly isCut: boolean;
}

/** The most lines that a list of positions holds (docs/api.md#positions). */
const LINES_MAX = 20_000;

const isLate = (line: PositionLineJson) => count(line.days_past_due) > 0;

/** The list of late loans, and a function that shows another bucket. */
export function lateLoans({ route, moment, currency, filters, page }: Place) {
  const { asOf } = moment;
  let bucket = CHOICES.find(([value]) => value === route.query.get("bucket"))?.[0] ?? "";
  let sort: Sort = "days_past_due";
  const list = h("div", {});
  const filter = select(CHOICES, bucket);
  const title = h("h2", { id: "late", tabindex: -1 });
  // The API lists one bucket or all, so the file for "all late" also has the loans that are not late.
  const download = (): void => {
    const [label, name] = bucket === "" ? ["Download all loans as CSV", "all"] : ["Download CSV", bucket];
    file.replaceChildren(csvButton(() => query(), `positions-${asOf}-${currency}-${name}.csv`, page, label));
  };
  const file = h("div", {});
  const query = (more: Readonly<Record<string, string | undefined>> = {}) =>
    pathOf(["api", "positions"], {
      ...momentParameters(moment),
      ...filters,
      currency,
      bucket,
      sort_by: sort,
      sort_order: "desc",
      ...more,
    });

  const render = (): void => {
    title.replaceChildren(bucket === "" ? "Late loans" : `Loans: ${filter.selectedOptions[0]?.label ?? ""}`);
    download();
    const table = loanTable(sort, { currency, moment }, (chosen) => {
      sort = chosen;
      render();
    });
    const asked = { query, cursor: undefined, lateOnly: bucket === "", sort };
    list.replaceChildren(scrolling("Loans", table.element), moreRows(table, asked, page));
  };
  on(filter, {
    change: () => {
      bucket = CHOICES.find(([value]) => value === filter.value)?.[0] ?? "";
      render();
    },
  });
  render();
  const element = h(
    "section",
    { class: "card", "aria-labelledby": "late" },
    h("div", { class: "card-head" }, title, h("div", { class: "controls" }, labelled("Show", filter), file)),
    list,
  );
  const show = (wanted: string): void => {
    filter.value = wanted;
    filter.dispatchEvent(new Event("change"));
    title.focus({ preventScroll: true });
    element.scrollIntoView({ block: "start" });
  };
  return { element, show };
}

/** Adds the next rows to the table, and offers the rows after them. */
function moreRows(table: ReturnType<typeof loanTable>, asked: Asked, page: AbortSignal): HTMLElement {
  return loading("loans", page, async (task) => {
    const found = await someRows(asked, task);
    if (!found.ok) return found;
    const { rows, cursor, isCut } = found.value;
    table.add(rows);
    const next = () => end.replaceWith(moreRows(table, { ...asked, cursor }, page));
    const more = cursor === undefined ? null : button("More", next);
    const shown = table.size() === 0 ? "None." : `${table.size()} shown. `;
    const end = h("p", { class: "note" }, shown, isCut ? `${cutText(asked.sort)} ` : null, more);
    return { ok: true, value: [end] };
  });
}

const cutText = (sort: Sort): string =>
  `Not every loan is in this list: it holds the first ${numberText(String(LINES_MAX))} by ${SORTS[sort].toLowerCase()}, and so does the file. Choose another bucket or order to see others.`;

/** True when a list in this order has no late loan after this one. */
function endsLate(last: PositionLineJson | undefined, sort: Sort): boolean {
  if (last === undefined || sort === "outstanding") return false;
  // On its due day a loan has arrears but is not late yet, so arrears end with the first row without them.
  return sort === "arrears" ? drawn(last.arrears.total) === 0 : !isLate(last);
}

interface Asked {
  readonly query: (more: Readonly<Record<string, string>>) => string;
  readonly cursor: string | undefined;
  readonly lateOnly: boolean;
  readonly sort: Sort;
}

/**
 * Reads pages until there are enough rows. The API has no filter "any late bucket", so this function leaves out the
 * loans that are not late.
 */
async function someRows({ query, lateOnly, sort, ...from }: Asked, task: Task): Promise<Fetched<Found>> {
  const rows: PositionLineJson[] = [];
  let cursor = from.cursor;
  let examined = 0;
  let isCut = false;
  do {
    const limit = sort === "days_past_due" ? ROWS_ENOUGH : ROWS_A_SEARCH;
    const path = query({ limit: String(limit), ...(cursor !== undefined && { cursor }) });
    const answer: Fetched<PositionsJson> = await getWalked(path, task.signal, task.progress);
    if (!answer.ok) return answer;
    const { data, pagination } = answer.value;
    rows.push(...(lateOnly ? data.filter(isLate) : data));
    examined += data.length;
    task.progress(`${numberText(String(examined))} loans read so far …`);
    const isOver = lateOnly && endsLate(data.at(-1), sort);
    cursor = isOver ? undefined : pagination.next_cursor;
    isCut = !isOver && pagination.listed_all === false;
  } while (cursor !== undefined && rows.length < ROWS_ENOUGH);
  return { ok: true, value: { rows, cursor, isCut } };
}

function loanTable(
  sort: Sort,
  { currency, moment }: Pick<Place, "currency" | "moment">,
  resort: (sort: Sort) => void,
) {
  const sorted = (name: Sort) =>
    h(
      "th",
      { scope: "col", class: "number", "aria-sort": name === sort ? "descending" : undefined },
      button(SORTS[name], () => resort(name), { class: "sort" }),
    );
  const plain = (name: string, number = false) =>
    h("th", { scope: "col", class: number ? "number" : undefined }, name);
  const body = h("tbody", {});
  const element = h(
    "table",
    { class: "rows" },
    h("caption", { class: "unseen" }, `Loans in ${currency} by ${SORTS[sort].toLowerCase()}, largest first`),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        plain("Disbursement"),
        sorted("days_past_due"),
        sorted("arrears"),
        sorted("outstanding"),
        plain("State"),
        plain("Client"),
        plain("Next due"),
        plain("Last received"),
      ),
    ),
    body,
  );
  const add = (rows: readonly PositionLineJson[]): void =>
    body.append(...rows.map((line) => loanRow(line, moment)));
  return { element, add, size: () => body.rows.length };
}

function loanRow(line: PositionLineJson, moment: ShownMoment): HTMLTableRowElement {
  const amount = (value: PositionLineJson["outstanding_principal"]) => amountText(value, line.currency);
  const cell = (text: string, kind?: string) => h("td", { class: kind }, text);
  const { next_due, last_received, client_id } = line;
  return h(
    "tr",
    {},
    h(
      "th",
      { scope: "row" },
      link(
        href(["disbursement", line.disbursement_id], { ...momentQuery(moment), as_of: line.as_of_date }),
        line.disbursement_id,
      ),
    ),
    cell(numberText(line.days_past_due), "number"),
    cell(amount(line.arrears.total), "number"),
    cell(amount(line.outstanding_principal), "number"),
    h("td", {}, stateTag(line.state)),
    h("td", {}, client_id === null ? NONE : clientLink(client_id)),
    cell(next_due === null ? NONE : `${dateText(next_due.due_date)} · ${amount(next_due.amount)}`),
    cell(
      last_received === null
        ? NONE
        : `${dateText(last_received.payment_date)} · ${amount(last_received.amount)}`,
    ),
  );
}

export const stateTag = (state: string): HTMLElement =>
  h("span", { class: `tag state-${state}` }, words(state));
