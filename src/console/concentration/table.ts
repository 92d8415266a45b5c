import { href, type Query } from "../address.ts";
import { clientLink } from "../client/link.ts";
import { type Child, h, link, scrolling } from "../dom.ts";
import { percentView } from "../figure.ts";
import { amountText, drawn, type Exact, numberText, words } from "../format.ts";
import { type ConcentrationJson, cumulative, loansFilter, totalOf } from "./groups.ts";

const HEADS = ["Loans", "Outstanding", "Share", "Cumulative", "Arrears", "PAR 30"];

/** A bar as long as its share of the longest. */
function bar(share: number): HTMLElement {
  const made = h("span", { class: "share-bar", "aria-hidden": "true" });
  // Set through the CSSOM, because the policy refuses style attributes.
  made.style.inlineSize = `${Math.max(share * 100, 0.5)}%`;
  return made;
}

type Owing = NonNullable<ConcentrationJson["others"]>;

function head(): HTMLElement {
  const labels = HEADS.map((label) => h("th", { scope: "col", class: "number" }, label));
  return h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Group"), labels));
}

/** The groups of one currency, the largest first, each with its bar. `query` goes along to the loans of a group. */
export function groupTable(line: ConcentrationJson, by: string, query: Query): HTMLElement {
  const { currency, rows, others } = line;
  const running = cumulative(line);
  const longest = Math.max(...rows.map(({ outstanding }) => drawn(outstanding)), 1e-6);
  const number = (...content: readonly Child[]) => h("td", { class: "number" }, ...content);
  const row = (name: Child, one: Owing, sum: Exact | null, length: number | null) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, name, length !== null && bar(length)),
      number(numberText(one.number)),
      number(amountText(one.outstanding, currency)),
      number(percentView(one.share)),
      number(sum === null ? "" : percentView(sum)),
      number(amountText(one.arrears, currency)),
      number(percentView(one.par30)),
    );
  const loansOf = (group: string | null) =>
    href(["analytics", "loans"], { currency, ...loansFilter(by, group, query) });
  const nameOf = (group: string | null): Child => {
    if (by === "client_id" && group !== null) return [clientLink(group), " ", link(loansOf(group), "loans")];
    return link(loansOf(group), group === null ? "(none)" : by === "state" ? words(group) : group);
  };
  const total = totalOf(line);
  const caption = `Concentration in ${currency}`;
  const table = h(
    "table",
    { class: "rows shares" },
    h("caption", { class: "unseen" }, caption),
    head(),
    h(
      "tbody",
      {},
      rows.map((one, index) =>
        row(nameOf(one.group), one, running[index] ?? null, drawn(one.outstanding) / longest),
      ),
      others && row("All others", others, null, null),
    ),
    h(
      "tfoot",
      {},
      h(
        "tr",
        {},
        h("th", { scope: "row", colspan: 2 }, "Total"),
        number(amountText(total, currency)),
        h("td", { colspan: 4 }),
      ),
    ),
  );
  return scrolling(caption, table);
}
