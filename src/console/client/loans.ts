import type { PortfolioJson, PortfolioLineJson, PositionsJson } from "../../contract/position/answers.ts";
import { href, pathOf } from "../address.ts";
import { getWalked } from "../api.ts";
import { type Child, h, link } from "../dom.ts";
import { figure } from "../figure.ts";
import { amountText, NONE, numberText, percentText, plural } from "../format.ts";
import { loading } from "../loading.ts";
import { momentParameters, type ShownMoment } from "../moment.ts";
import { stateTag } from "../portfolio/late-loans.ts";
import { growingList } from "../rows.ts";

/** What a client owes and paid, currency by currency. */
export function clientFigures(client_id: string, moment: ShownMoment, page: AbortSignal): HTMLElement {
  return loading("the figures", page, async ({ signal, progress }) => {
    const path = pathOf(["api", "portfolio"], { client_id, ...momentParameters(moment) });
    const answer = await getWalked<PortfolioJson>(path, signal, progress);
    if (!answer.ok) return answer;
    const { data } = answer.value;
    const none = h("p", { class: "card note" }, `No disbursement up to ${moment.asOf}.`);
    return { ok: true, value: data.length > 0 ? data.map((line) => figuresCard(line, moment.asOf)) : [none] };
  });
}

function figuresCard(line: PortfolioLineJson, asOf: string): HTMLElement {
  const amount = (value: PortfolioLineJson["outstanding"]) => amountText(value, line.currency);
  const id = `figures-${line.currency}`;
  return h(
    "section",
    { class: "card", "aria-labelledby": id },
    h("h2", { id }, `${line.currency} on ${asOf}`),
    h(
      "dl",
      { class: "figures strong" },
      figure(
        "Outstanding principal",
        amount(line.outstanding),
        plural(numberText(line.number), "disbursement"),
      ),
      figure("Arrears", amount(line.arrears), "scheduled and not covered"),
      figure("PAR 30", percentText(line.par30), "over 30 days past due"),
    ),
    h(
      "dl",
      { class: "figures" },
      figure("Disbursed", amount(line.disbursed)),
      figure("Scheduled", amount(line.scheduled)),
      figure("Received", amount(line.received)),
      figure("Margin due", amount(line.margin_due)),
      figure("Written off", amount(line.written_off)),
      figure("Overpaid", amount(line.overpaid)),
    ),
  );
}

/** The client's disbursements as of the day, the latest past due first. */
export function clientLoans(client_id: string, moment: ShownMoment, page: AbortSignal): HTMLElement {
  const list = growingList<PositionsJson["data"][number]>(
    {
      what: "disbursements",
      shape: "rows cards",
      columns: [
        ["Disbursement"],
        ["State"],
        ["Days past due", "number"],
        ["Arrears", "number"],
        ["Outstanding", "number"],
        ["Currency"],
        ["Next due"],
      ],
      read: async (cursor, { signal, progress }) => {
        const path = pathOf(["api", "positions"], {
          client_id,
          ...momentParameters(moment),
          sort_by: "days_past_due",
          sort_order: "desc",
          limit: "50",
          cursor,
        });
        const answer = await getWalked<PositionsJson>(path, signal, progress);
        if (!answer.ok) return answer;
        return { ok: true, value: { rows: answer.value.data, next: answer.value.pagination.next_cursor } };
      },
      show: (line): readonly Child[] => [
        link(href(["disbursement", line.disbursement_id], { as_of: line.as_of_date }), line.disbursement_id),
        stateTag(line.state),
        numberText(line.days_past_due),
        amountText(line.arrears.total, line.currency),
        amountText(line.outstanding_principal, line.currency),
        line.currency,
        line.next_due === null
          ? NONE
          : `${line.next_due.due_date} · ${amountText(line.next_due.amount, line.currency)}`,
      ],
      none: "None.",
    },
    page,
  );
  return h(
    "section",
    { class: "card", "aria-labelledby": "loans" },
    h(
      "div",
      { class: "card-head" },
      h("h2", { id: "loans" }, "Disbursements"),
      link(href(["tables", "disbursements"], { client_id }), "All records"),
    ),
    list,
  );
}
