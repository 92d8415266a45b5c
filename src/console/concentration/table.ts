import { href, type Query } from "../address.ts";
import { clientLink } from "../client/link.ts";
import { type Child, h, on, scrolling } from "../dom.ts";
import { percentView } from "../figure.ts";
import { amountText, drawn, numberText, words } from "../format.ts";
import { go } from "../route.ts";
import { type ConcentrationJson, cumulative, loansFilter, loansIn, totalOf } from "./groups.ts";

const HEADS = ["Loans", "Outstanding", "Share", "Cumulative", "Arrears", "PAR 30"];

/** A bar as long as its share of the longest; a click opens the loans, as the link of the row does. */
function bar(share: number, address: string): HTMLElement {
  const made = h("span", { class: "share-bar", "aria-hidden": "true" });
  // Set through the CSSOM, because the policy refuses style attributes.
  made.style.inlineSize = `${Math.max(share * 100, 0.5)}%`;
  return on(made, { click: () => go(address) });
}

type Owing = NonNullable<ConcentrationJson["others"]>;

/** Only the names of the API's own values are words. */
const nameOf = (by: string, group: string) => (by === "state" ? words(group) : group);

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
  const row = (name: Child, loans: Child, one: Owing, sum: Child) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, name),
      number(loans),
      number(amountText(one.outstanding, currency)),
      number(percentView(one.share)),
      number(sum),
      number(amountText(one.arrears, currency)),
      number(percentView(one.par30)),
    );
  const groupRow = (one: ConcentrationJson["rows"][number], index: number) => {
    const { group, outstanding } = one;
    const address = href(["analytics", "loans"], { currency, ...loansFilter(by, group, query) });
    const name = group === null ? "(none)" : by === "client_id" ? clientLink(group) : nameOf(by, group);
    const label = `${one.number} loans of ${group ?? "none"}`;
    const loans = h("a", { href: address, "aria-label": label }, numberText(one.number));
    const sum = percentView(running[index] ?? null);
    return row(
      [h("span", { class: "share-name" }, name), bar(drawn(outstanding) / longest, address)],
      loans,
      one,
      sum,
    );
  };
  const total = totalOf(line);
  const caption = `Concentration in ${currency}`;
  const table = h(
    "table",
    { class: "rows shares" },
    h("caption", { class: "unseen" }, caption),
    head(),
    h("tbody", {}, rows.map(groupRow), others && row("All others", numberText(others.number), others, "")),
    h(
      "tfoot",
      {},
      h(
        "tr",
        {},
        h("th", { scope: "row" }, "Total"),
        number(numberText(loansIn(line))),
        number(amountText(total, currency)),
        h("td", { colspan: 4 }),
      ),
    ),
  );
  return scrolling(caption, table);
}
