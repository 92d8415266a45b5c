import type { Fetched } from "./api.ts";
import { button, type Child, h, scrolling } from "./dom.ts";
import { capitalized } from "./format.ts";
import { loading, type Task } from "./loading.ts";

/** A column: its label, and whether it holds numbers. */
export type TableColumn = readonly [label: Child, kind?: "number"];

/** How a table looks on a phone: `cards` shows each row as a card, `entries` each of its sections. */
type Shape = "rows" | "rows cards" | "rows entries";

/** Rows under their heads. The first cell of a row is its head. */
export function dataTable(
  caption: string,
  columns: readonly TableColumn[],
  rows: Iterable<readonly Child[]>,
  shape: Shape = "rows",
) {
  const body = h(
    "tbody",
    {},
    [...rows].map((cells) => tableRow(columns, cells)),
  );
  return tableOf({ caption, columns, shape }, body);
}

interface Table {
  readonly caption: string;
  readonly columns: readonly TableColumn[];
  readonly shape: Shape;
}

/** Rows under their heads, in sections. */
export function tableOf({ caption, columns, shape }: Table, ...bodies: readonly Child[]): HTMLElement {
  const head = ([label, kind]: TableColumn) => h("th", { scope: "col", class: kind }, label);
  const table = h(
    "table",
    { class: shape },
    h("caption", { class: "unseen" }, caption),
    h("thead", {}, h("tr", {}, columns.map(head))),
    bodies,
  );
  return scrolling(caption, table);
}

function tableRow(columns: readonly TableColumn[], cells: readonly Child[]): HTMLElement {
  return h(
    "tr",
    {},
    cells.map((child, index) =>
      index === 0
        ? h("th", { scope: "row", class: columns[0]?.[1] }, child)
        : h("td", { class: columns[index]?.[1], "data-label": textOf(columns[index]) }, child),
    ),
  );
}

/** What a card says before a cell; a label of several parts has its table stay one. */
const textOf = (column: TableColumn | undefined) => (typeof column?.[0] === "string" ? column[0] : undefined);

/** One page of a list, and where the next one begins. */
interface ListPage<Row> {
  readonly rows: readonly Row[];
  readonly next: string | undefined;
  /** Whether there are more rows than the service lists. */
  readonly isCut?: boolean;
}

interface List<Row> {
  /** What is listed, in the plural; it names the table too. */
  readonly what: string;
  readonly columns: readonly TableColumn[];
  readonly read: (from: string | undefined, task: Task) => Promise<Fetched<ListPage<Row>>>;
  readonly shape?: Shape;
  /** The cells of a row, or its own section of the table. */
  readonly show: (row: Row) => readonly Child[] | HTMLTableSectionElement;
  /** What is said where there is no row. */
  readonly none: string;
}

/** Pages without a row that are read without a question: the service examines a bounded number of rows a page. */
const EMPTY_PAGES_MAX = 100;

/** A list that grows page by page, on request. */
export function growingList<Row>(list: List<Row>, page: AbortSignal): HTMLElement {
  const sections: HTMLElement[] = [];
  let size = 0;
  const place = h("div", { class: "list" });
  const more = (from: string | undefined): HTMLElement =>
    loading(list.what, page, async (task) => {
      const found = await nextRows(list, from, task);
      if (!found.ok) return found;
      const { rows, next, isCut = false } = found.value;
      size += rows.length;
      sections.push(...sectionsOf(list, rows));
      const table = size > 0 && tableOf(shownAs(list), sections);
      const shown =
        size === 0 ? list.none : `${size} shown${next === undefined && !isCut ? ", all there are" : ""}. `;
      const again = button("More", () => {
        end.replaceWith(more(next));
      });
      const end: HTMLElement = h("p", { class: "note" }, shown, next !== undefined && again);
      if (table) place.replaceChildren(table, part);
      return { ok: true, value: [end] };
    });
  const part = more(undefined);
  place.append(part);
  return place;
}

const shownAs = <Row>({ what, columns, shape = "rows" }: List<Row>): Table => ({
  caption: capitalized(what),
  columns,
  shape,
});

function sectionsOf<Row>(list: List<Row>, rows: readonly Row[]): readonly HTMLElement[] {
  const shown = rows.map(list.show);
  const own = shown.filter((one) => one instanceof HTMLElement);
  const plain = shown.filter((one) => !(one instanceof HTMLElement));
  if (plain.length === 0) return own;
  return [
    h(
      "tbody",
      {},
      plain.map((cells) => tableRow(list.columns, cells as readonly Child[])),
    ),
    ...own,
  ];
}

async function nextRows<Row>(
  { read }: List<Row>,
  from: string | undefined,
  task: Task,
): Promise<Fetched<ListPage<Row>>> {
  let found = await read(from, task);
  for (let times = 1; times < EMPTY_PAGES_MAX && found.ok && found.value.rows.length === 0; times += 1) {
    if (found.value.next === undefined) break;
    task.progress(`No match in ${times} pages so far …`);
    found = await read(found.value.next, task);
  }
  return found;
}
