import type { RowJson } from "../../contract/lookup/answers.ts";
import type { PositionJson } from "../../contract/position/answers.ts";
import { type PaymentFacts, PLAIN_PAYMENT } from "../../domain/position/facts.ts";
import { moneyOf, type Receipt } from "../../domain/position/receipts.ts";
import { href } from "../address.ts";
import { tenantCalendar } from "../caller.ts";
import { h, link, scrolling } from "../dom.ts";
import { type Exact, minorText } from "../format.ts";
import { minor } from "./life.ts";

/** The number of receipts shown; the table of payments has all of them. */
const SHOWN = 200;

/** The money received up to the day, the latest first. */
export function receiptTable(
  { currency, as_of_date, disbursement_id }: PositionJson,
  receipts: readonly Receipt[],
): HTMLElement {
  const came = receipts.filter(({ day }) => day <= as_of_date).reverse();
  const head = (label: string) => h("th", { scope: "col", class: "number" }, label);
  const amount = (minorUnits: bigint) => h("td", { class: "number" }, minorText(minorUnits, currency));
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

/** Receipts and refunds of a disbursement, by its paid payments; one in another currency is none. */
export function receiptsOf({ currency }: PositionJson, rows: readonly RowJson[]): readonly Receipt[] {
  const own = rows.filter((row) => row.currency === currency);
  return moneyOf(own.map(paidFacts), tenantCalendar()).receipts;
}

const text = (value: unknown): string | null => (typeof value === "string" ? value : null);

/** What the money of a paid payment follows from. */
function paidFacts(row: RowJson): PaymentFacts {
  const currency = String(row.currency);
  const amount = (name: string) => (row[name] ? minor(row[name] as Exact, currency) : null);
  return {
    ...PLAIN_PAYMENT,
    payment_id: String(row.payment_id),
    status: "paid",
    currency,
    installment_number: row.installment_number ? Number(String(row.installment_number)) : null,
    due_date: String(row.due_date),
    payment_date: text(row.payment_date),
    payment_total: minor(row.payment_total as Exact, currency),
    payment_principal: amount("payment_principal"),
    payment_fee: amount("payment_fee"),
    expected_total: amount("expected_total"),
    expected_principal: amount("expected_principal"),
    expected_fee: amount("expected_fee"),
    expected_due_date: text(row.expected_due_date),
    refund: row.refund === true,
    recovery: row.recovery === true,
  };
}
