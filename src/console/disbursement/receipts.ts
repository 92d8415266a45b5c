import type { PositionJson } from "../../contract/position/answers.ts";
import { href } from "../address.ts";
import { h, link, scrolling } from "../dom.ts";
import { minorText } from "../format.ts";
import type { Life } from "./life.ts";

/** The number of receipts shown; the table of payments has all of them. */
const SHOWN = 200;

/** The money received up to the day, the latest first. */
export function receiptTable(
  { currency, as_of_date, disbursement_id }: PositionJson,
  { receipts }: Life,
): HTMLElement {
  const came = receipts.filter(({ day }) => day <= as_of_date).reverse();
  const head = (label: string) => h("th", { scope: "col", class: "number" }, label);
  const amount = (minor: bigint) => h("td", { class: "number" }, minorText(minor, currency));
  const table = h(
    "table",
    { class: "rows" },
    h("caption", { class: "unseen" }, "Receipts"),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("th", { scope: "col" }, "Received on"),
        head("Total"),
        head("Principal"),
        head("Fee"),
        h("th", { scope: "col" }, "Payment"),
      ),
    ),
    h(
      "tbody",
      {},
      came
        .slice(0, SHOWN)
        .map(({ day, total, principal, fee, payment_id }) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, day),
            amount(total),
            amount(principal),
            amount(fee),
            h("td", {}, link(href(["tables", "payments", payment_id]), payment_id)),
          ),
        ),
    ),
  );
  const all = link(href(["tables", "payments"], { disbursement_id }), "All payments");
  return h(
    "section",
    { class: "card", "aria-labelledby": "receipts" },
    h("div", { class: "card-head" }, h("h2", { id: "receipts" }, "Receipts"), all),
    came.length === 0
      ? h("p", { class: "note" }, "No money came in up to this day.")
      : scrolling("Receipts", table),
    came.length > SHOWN && h("p", { class: "note" }, `The latest ${SHOWN} of ${came.length}.`),
  );
}
