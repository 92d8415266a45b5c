import type { RowJson } from "../../contract/lookup/answers.ts";
import { href } from "../address.ts";
import { may, today } from "../caller.ts";
import { type Child, h, labelled, link, on, select } from "../dom.ts";
import { loading } from "../loading.ts";
import { go, type Route } from "../route.ts";
import { entitle } from "../shell.ts";
import { disbursementForm, newPaymentForm, paymentForm, shownValue } from "./draft.ts";
import { type LoanNow, readLoanNow } from "./facts.ts";
import { newPaymentId, recordForm } from "./form.ts";

/** The links of a loan's page that lead here, for a reader who may write. */
export function correctionLinks(id: string): HTMLElement | string {
  if (!mayCorrect()) return "";
  return h(
    "p",
    { class: "actions" },
    link(href(["disbursement", id, "payment"]), "Record a payment"),
    link(href(["disbursement", id, "correct"]), "Correct a record"),
  );
}

const mayCorrect = (): boolean => may("ingest:write") && may("records:read");

/** `#/disbursement/<id>/correct`, `…/correct/<payment_id>`, and `…/payment?row=<payment_id>`. */
export function correctionView(main: HTMLElement, route: Route, page: AbortSignal): void {
  const [, id = "", what, of] = route.segments;
  const isPayment = what === "payment";
  main.append(
    h("div", { class: "heading" }, entitle(isPayment ? "Record a payment" : "Correct a record", true)),
    h("p", {}, "Disbursement ", link(href(["disbursement", id]), id)),
  );
  if (!mayCorrect()) {
    const scopes = "To write, a token needs the scopes ingest:write and records:read.";
    main.append(h("p", { class: "card note" }, scopes));
    return;
  }
  main.append(
    loading("the records", page, async ({ signal }) => {
      const present = await readLoanNow(id, [today()], signal);
      if (!present.ok) return present;
      const made = isPayment
        ? paymentCards(id, route.query.get("row"), present.value, page)
        : correctCards(id, of, present.value, page);
      return { ok: true, value: made };
    }),
  );
}

const kindOf = ({ row }: LoanNow): "loan" | "purchase" => (row.kind === "purchase" ? "purchase" : "loan");

const textsOf = (row: RowJson): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, shownValue(value)]));

function card(title: string, ...children: readonly Child[]): HTMLElement {
  const id = title.toLowerCase().replaceAll(/[^a-z]+/g, "-");
  return h("section", { class: "card", "aria-labelledby": id }, h("h2", { id }, title), children);
}

function chooser(
  label: string,
  options: readonly (readonly [string, string])[],
  chosen: string,
  to: (value: string) => string,
) {
  const control = select(options, chosen);
  const form = h("form", { class: "controls" }, labelled(label, control), h("button", {}, "Choose"));
  return on(form, {
    submit: (event) => {
      event.preventDefault();
      go(to(control.value));
    },
  });
}

/** What a payment is, in one line. */
const paymentLabel = (row: RowJson): string =>
  `${row.payment_id}: ${row.status}, due ${String(row.due_date).slice(0, 10)}, ${shownValue(row.payment_total)} ${row.currency}`;

function correctCards(
  id: string,
  payment_id: string | undefined,
  present: LoanNow,
  page: AbortSignal,
): readonly HTMLElement[] {
  const options = [
    ["", `the disbursement ${id}`] as const,
    ...present.payments.map((row) => [String(row.payment_id), paymentLabel(row)] as const),
  ];
  const choose = chooser("Record", options, payment_id ?? "", (value) =>
    href(["disbursement", id, "correct", ...(value === "" ? [] : [value])]),
  );
  const payment = present.payments.find((row) => row.payment_id === payment_id);
  if (payment_id !== undefined && payment === undefined) {
    return [
      card("Record", choose, h("p", { class: "note" }, `This disbursement has no payment ${payment_id}.`)),
    ];
  }
  const kind = kindOf(present);
  const draft = payment
    ? {
        category: "payment" as const,
        fixed: { payment_id: String(payment.payment_id) },
        fields: paymentForm(kind),
        initial: textsOf(payment),
      }
    : {
        category: "disbursement" as const,
        fixed: { disbursement_id: id },
        fields: disbursementForm(kind),
        initial: textsOf(present.row),
      };
  const form = recordForm(
    {
      disbursement_id: id,
      draft: { ...draft, step: "update" },
      proposed: {},
      label: "Preview and correct …",
      act: (one) => `Correct the ${draft.category} ${one}`,
    },
    page,
  );
  const note = payment
    ? "Only what you change is sent. With a change date the change of the schedule counts from that day on."
    : "Only what you change is sent. A change of amount, margin or maturity needs a change date and a reason.";
  return [card("Record", choose), card("Correction", h("p", { class: "note" }, note), form)];
}

function paymentCards(
  id: string,
  row: string | null,
  present: LoanNow,
  page: AbortSignal,
): readonly HTMLElement[] {
  const open = present.payments.filter(({ status }) => status === "expected");
  const options = [
    ["", "money without an installment"] as const,
    ...open.map((one) => [String(one.payment_id), paymentLabel(one)] as const),
  ];
  const chosen = open.find((one) => one.payment_id === row);
  const choose = chooser("Paid is", options, chosen ? String(chosen.payment_id) : "", (value) =>
    href(["disbursement", id, "payment"], { row: value }),
  );
  const kind = kindOf(present);
  const form = chosen
    ? recordForm(
        {
          disbursement_id: id,
          draft: {
            category: "payment",
            step: "update",
            fixed: { payment_id: String(chosen.payment_id) },
            fields: paymentForm(kind),
            initial: textsOf(chosen),
          },
          proposed: { status: "paid", payment_date: today() },
          label: "Preview and record …",
          act: (one) => `Record the installment ${one} as paid`,
        },
        page,
      )
    : recordForm(
        {
          disbursement_id: id,
          draft: {
            category: "payment",
            step: "create",
            fixed: { disbursement_id: id, currency: String(present.row.currency), status: "paid" },
            fields: newPaymentForm(kind),
            initial: {},
          },
          proposed: {
            payment_id: newPaymentId(),
            payment_date: today(),
            due_date: today(),
            source: "client",
          },
          label: "Preview and record …",
          act: (one) => `Record the payment ${one}`,
        },
        page,
      );
  return [card("What was paid", choose), card("Payment", form)];
}
