import type { PageJson, RowJson } from "../../contract/lookup/answers.ts";
import type { PositionsJson } from "../../contract/position/answers.ts";
import { href, pathOf } from "../address.ts";
import { type Fetched, get, getWalked } from "../api.ts";
import { type Child, h, link } from "../dom.ts";
import { amountText, dateText, type Exact, NONE } from "../format.ts";
import { loading, type Task } from "../loading.ts";
import { dataTable } from "../rows.ts";

/** The disbursements whose payments are shown, and the payments shown of each, at most. */
const DISBURSEMENTS_MAX = 20;
const PAYMENTS_MAX = 20;

/** The latest money of a client's disbursements. A payment need not name the client, so they are found by disbursement. */
export function clientPayments(client_id: string, asOf: string, page: AbortSignal): HTMLElement {
  return h(
    "section",
    { class: "card", "aria-labelledby": "payments" },
    h("h2", { id: "payments" }, "Payments"),
    loading("the payments", page, async (task) => {
      const found = await latest(client_id, asOf, task);
      if (!found.ok) return found;
      const { rows, isCut } = found.value;
      if (rows.length === 0) return { ok: true, value: [h("p", { class: "note" }, "No money came in.")] };
      const cut = `The latest ${PAYMENTS_MAX} of each of ${DISBURSEMENTS_MAX} disbursements at most. Each disbursement shows all of its own.`;
      return { ok: true, value: [table(rows), isCut && h("p", { class: "note" }, cut)] };
    }),
  );
}

interface Latest {
  readonly rows: readonly RowJson[];
  readonly isCut: boolean;
}

async function latest(client_id: string, asOf: string, { signal, progress }: Task): Promise<Fetched<Latest>> {
  const loans = await getWalked<PositionsJson>(
    pathOf(["api", "positions"], { client_id, as_of_date: asOf, limit: String(DISBURSEMENTS_MAX) }),
    signal,
    progress,
  );
  if (!loans.ok) return loans;
  const rows: RowJson[] = [];
  let isCut = loans.value.pagination.has_more;
  for (const { disbursement_id } of loans.value.data) {
    const answer = await get<PageJson>(
      pathOf(["api", "tables", "payments"], {
        disbursement_id,
        status: "paid",
        sort_by: "payment_date",
        sort_order: "desc",
        limit: String(PAYMENTS_MAX),
      }),
      signal,
    );
    if (!answer.ok) return answer;
    rows.push(...answer.value.data);
    isCut ||= answer.value.pagination.has_more;
  }
  return { ok: true, value: { rows: rows.sort((a, b) => (paidOn(a) < paidOn(b) ? 1 : -1)), isCut } };
}

/** Without a payment date the due date counts (docs/api.md#payments). */
const paidOn = (row: RowJson): string => String(row.payment_date ?? row.due_date);

function table(rows: readonly RowJson[]): HTMLElement {
  return dataTable(
    "Payments",
    [["Received on"], ["Payment"], ["Disbursement"], ["Total", "number"], ["Currency"], ["Kind"]],
    rows.map((row): readonly Child[] => {
      const [payment, disbursement] = [String(row.payment_id), String(row.disbursement_id)];
      return [
        dateText(paidOn(row)),
        link(href(["tables", "payments", payment]), payment),
        link(href(["disbursement", disbursement]), disbursement),
        amountText(row.payment_total as Exact, row.currency),
        String(row.currency),
        row.refund === true ? "refund" : row.recovery === true ? "recovery" : NONE,
      ];
    }),
    "rows cards",
  );
}
