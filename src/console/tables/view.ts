import type { PageJson, RowJson } from "../../contract/lookup/answers.ts";
import { type LookupTable, sortable } from "../../contract/lookup/tables.ts";
import { href, pathOf } from "../address.ts";
import { type Fetched, get } from "../api.ts";
import { button, h, link, scrolling } from "../dom.ts";
import { csvButton } from "../download.ts";
import { capitalized, numberText, words } from "../format.ts";
import { loading, type Task } from "../loading.ts";
import { go, type Route } from "../route.ts";
import { entitle } from "../shell.ts";
import { cellView } from "./cell.ts";
import { columnChoice } from "./chosen.ts";
import { isNumeric } from "./columns.ts";
import { filterForm } from "./filters.ts";
import { columnLabel } from "./labels.ts";
import { tableList } from "./list.ts";
import { news } from "./news.ts";
import { type Asked, addressOf, askedOf, listParametersOf, shownColumns, tableNamed } from "./query.ts";
import { rowView } from "./row.ts";

const ROWS_A_PAGE = "50";

/** Browse, filter and search the tables: `#/tables/payments?status=paid`; one row: `#/tables/payments/PMT-1`. */
export function tablesView(main: HTMLElement, route: Route, page: AbortSignal): void {
  const [, name = "clients", id] = route.segments;
  const table = tableNamed(name);
  if (table === undefined) {
    main.append(entitle("No such table", true), tableList(""));
    return;
  }
  if (id !== undefined) {
    rowView(main, table, id, page);
    return;
  }
  const asked = askedOf(table, route.query);
  const path = (more: Readonly<Record<string, string>> = {}) =>
    pathOf(["api", "tables", table.name], { ...listParametersOf(asked), ...more });
  main.append(
    h("div", { class: "heading" }, entitle(capitalized(words(table.name)), true)),
    tableList(table.name),
    h(
      "section",
      { class: "card", "aria-label": words(table.name) },
      filterForm(table, asked),
      h(
        "div",
        { class: "card-head" },
        columnChoice(table, asked),
        news(table, page),
        csvButton(() => path(), `${table.name}.csv`, page),
      ),
      pages(table, asked, path, page),
    ),
  );
}

/** Where a page begins: its cursor, and the number of rows before it. */
interface Step {
  readonly cursor: string | undefined;
  readonly before: number;
}

/** One page at a time. Keeps the beginnings of earlier pages, to go back. */
function pages(
  table: LookupTable,
  asked: Asked,
  path: (more: Readonly<Record<string, string>>) => string,
  page: AbortSignal,
): HTMLElement {
  const place = h("div", {});
  let total = "";
  const show = (step: Step, earlier: readonly Step[]): void => {
    const { cursor, before } = step;
    const more = cursor === undefined ? { include_count: "true" } : { cursor };
    place.replaceChildren(
      loading(words(table.name), page, async (task) => {
        const answer = await foundPage((on) => path({ limit: ROWS_A_PAGE, ...more, ...on }), task);
        if (!answer.ok) return answer;
        const { data, pagination } = answer.value;
        if (cursor === undefined) total = totalText(pagination);
        const next = pagination.has_more ? pagination.next_cursor : undefined;
        const after = before + data.length;
        const back = earlier.at(-1);
        const rows = `Rows ${before + 1} to ${after}${total}`;
        const steps = h(
          "p",
          { class: "pager" },
          h("span", { class: "note" }, data.length === 0 ? "No rows." : rows),
          back && button("Previous", () => show(back, earlier.slice(0, -1))),
          next !== undefined &&
            button("Next", () => show({ cursor: next, before: after }, [...earlier, step])),
        );
        return { ok: true, value: [data.length > 0 && rowTable(table, asked, data, page), steps] };
      }),
    );
  };
  show({ cursor: undefined, before: 0 }, []);
  return place;
}

function totalText({ total, total_capped }: PageJson["pagination"]): string {
  if (total === undefined) return "";
  return ` of ${total_capped === true ? "more than " : ""}${numberText(total)}`;
}

/** The most rows that the API examines for one answer (docs/api.md#lookups). */
const EXAMINED = 20_000;

/** The next page with a row. The API answers an empty page when it has examined many rows and found none. */
async function foundPage(
  path: (more: Readonly<Record<string, string>>) => string,
  { signal, progress }: Task,
): Promise<Fetched<PageJson>> {
  let answer = await get<PageJson>(path({}), signal);
  for (let times = 1; answer.ok && answer.value.data.length === 0; times += 1) {
    const { has_more, next_cursor: cursor } = answer.value.pagination;
    if (!has_more || cursor === undefined) break;
    progress(`No match in ${numberText(String(times * EXAMINED))} rows so far …`);
    answer = await get<PageJson>(path({ cursor }), signal);
  }
  return answer;
}

function rowTable(
  table: LookupTable,
  asked: Asked,
  rows: readonly RowJson[],
  page: AbortSignal,
): HTMLElement {
  const columns = shownColumns(table, asked);
  const heads = columns.map((column) => {
    const sorted = asked.sort_by === column;
    const order = sorted && asked.sort_order === "desc" ? "asc" : "desc";
    const to = addressOf(table, { ...asked, sort_by: column, sort_order: order });
    return h(
      "th",
      {
        scope: "col",
        title: column,
        class: isNumeric(table.columns[column]) ? "number" : undefined,
        "aria-sort": sorted ? (asked.sort_order === "asc" ? "ascending" : "descending") : undefined,
      },
      sortable(table).includes(column)
        ? button(columnLabel(column), () => go(to), { class: "sort", title: column })
        : columnLabel(column),
    );
  });
  const made = h(
    "table",
    { class: "rows" },
    h("caption", { class: "unseen" }, `${words(table.name)} by ${words(asked.sort_by)}`),
    h("thead", {}, h("tr", {}, heads)),
    h(
      "tbody",
      {},
      rows.map((row) => bodyRow(table, columns, row, page)),
    ),
  );
  return scrolling(words(table.name), made);
}

function bodyRow(
  table: LookupTable,
  columns: readonly string[],
  row: RowJson,
  page: AbortSignal,
): HTMLElement {
  const own = ownId(table, row);
  return h(
    "tr",
    {},
    columns.map((column, index) => {
      const numeric = isNumeric(table.columns[column]) ? "number" : undefined;
      const content =
        index === 0 && own !== null ? link(own, String(row[column])) : cellView({ table, column, row }, page);
      return index === 0
        ? h("th", { scope: "row", class: numeric }, content)
        : h("td", { class: numeric }, h("div", { class: "cell" }, content));
    }),
  );
}

/** The row's own id, if the first column is one; it links to the whole row. */
function ownId(table: LookupTable, row: RowJson): string | null {
  const [first = ""] = Object.keys(table.columns);
  const id = row[first];
  return typeof id === "string" ? href(["tables", table.name, id]) : null;
}
