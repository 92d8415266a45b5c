import { type Child, h, link, scrolling } from "../dom.ts";
import { percentView } from "../figure.ts";
import { amountText, exactSum } from "../format.ts";
import { type CashFlow, type Coming, comingOf, type Leads, totalComing, totalPast } from "./sums.ts";

const number = (...content: readonly Child[]) => h("td", { class: "number" }, ...content);

const head = (first: string, others: readonly string[]) =>
  h(
    "thead",
    {},
    h(
      "tr",
      {},
      h("th", { scope: "col" }, first),
      others.map((label) => h("th", { scope: "col", class: "number" }, label)),
    ),
  );

function tableOf(caption: string, columns: readonly string[], rows: readonly Child[], total: HTMLElement) {
  return scrolling(
    caption,
    h(
      "table",
      { class: "rows" },
      h("caption", { class: "unseen" }, caption),
      head("Month", columns),
      h("tbody", {}, rows),
      h("tfoot", {}, total),
    ),
  );
}

/** What fell due and what came in, month by month. */
export function pastTable(line: CashFlow, leads: Leads): HTMLElement {
  const { currency, past } = line;
  const total = totalPast(line);
  const rows = past.map(({ month, due, received, covered_by_end, collection_rate }) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, link(leads.past(month), month)),
      number(amountText(due.total, currency)),
      number(amountText(received.total, currency)),
      number(amountText(received.principal, currency)),
      number(amountText(received.fee, currency)),
      number(amountText(covered_by_end.total, currency)),
      number(percentView(collection_rate)),
    ),
  );
  const foot = h(
    "tr",
    {},
    h("th", { scope: "row" }, "Total"),
    number(amountText(total.due, currency)),
    number(amountText(total.received, currency)),
    number(amountText(exactSum(past.map(({ received }) => received.principal)), currency)),
    number(amountText(exactSum(past.map(({ received }) => received.fee)), currency)),
    number(amountText(total.covered, currency)),
    number(percentView(total.rate)),
  );
  const columns = [
    "Due",
    "Received",
    "Principal of it",
    "Fees of it",
    "Covered by the end",
    "Collection rate",
  ];
  return tableOf(`Due and received in ${currency}`, columns, rows, foot);
}

/** What is overdue, and what will fall due. */
export function comingTable(line: CashFlow, leads: Leads): HTMLElement {
  const { currency, future } = line;
  const months = new Set(future.map(({ month }) => month));
  const nameOf = ({ name }: Coming): Child => {
    if (months.has(name)) return link(leads.future(name), name);
    return name === "Overdue" ? link(leads.overdue, name) : name;
  };
  const row = (one: Coming, name: Child) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, name),
      number(amountText(one.due.total, currency)),
      number(amountText(one.due.principal, currency)),
      number(amountText(one.due.fee, currency)),
      number(amountText(one.unscheduled, currency)),
    );
  const rows = comingOf(line).map((one) => row(one, nameOf(one)));
  const columns = ["Due, not covered", "Principal of it", "Fees of it", "Principal without a date"];
  return tableOf(`To come in ${currency}`, columns, rows, row(totalComing(line), "Total"));
}
