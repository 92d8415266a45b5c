import type { ParsedOf } from "../../contract/answer-types.ts";
import type { PageJson, RowJson } from "../../contract/lookup/answers.ts";
import type { PositionJson, position } from "../../contract/position/answers.ts";
import { pathOf } from "../address.ts";
import { type Fetched, get } from "../api.ts";
import { tenantCalendar, today } from "../caller.ts";
import { correctionLinks, correctionView } from "../correct/view.ts";
import { dayControl } from "../day-control.ts";
import { type Child, h } from "../dom.ts";
import { NONE } from "../format.ts";
import { loading, type Task } from "../loading.ts";
import type { Route } from "../route.ts";
import { entitle } from "../shell.ts";
import { eventLog } from "./events.ts";
import { installments } from "./installments.ts";
import { journalCard } from "./journal.ts";
import { lifeInDays } from "./life.ts";
import { pictures } from "./pictures.ts";
import { positionFigures } from "./position.ts";
import { receiptsOf, receiptTable } from "./receipts.ts";

/** One disbursement as of a day: what is owed, why, and its books. */
export function disbursementView(main: HTMLElement, route: Route, page: AbortSignal): void {
  const [, id = "", part] = route.segments;
  if (part === "correct" || part === "payment") {
    correctionView(main, route, page);
    return;
  }
  const asOf = route.query.get("as_of") ?? today();
  main.append(
    h("div", { class: "heading" }, entitle(id || NONE, true), dayControl(["disbursement", id], asOf)),
    correctionLinks(id),
    loading("the position", page, async ({ signal }) => {
      const answer = await positionOf(id, asOf, signal);
      return answer.ok ? { ok: true, value: parts(answer.value.data, page) } : answer;
    }),
  );
}

const positionOf = (id: string, asOf: string, signal: AbortSignal, series?: "days") =>
  get<ParsedOf<typeof position>>(pathOf(["api", "positions", id], { as_of_date: asOf, series }), signal);

/** A day after every change, so that the answer includes changes dated in the future. */
const LAST_DAY = "9999-12-31";

function parts(now: PositionJson, page: AbortSignal): readonly Child[] {
  const id = now.disbursement_id;
  return [
    positionFigures(now),
    loading("the pictures", page, async ({ signal }) => {
      const whole = await positionOf(id, LAST_DAY, signal, "days");
      if (!whole.ok) return whole;
      return { ok: true, value: [pictures(now, lifeInDays(now, whole.value.data, tenantCalendar()), page)] };
    }),
    installments(now, page),
    loading("the payments", page, async (task) => {
      const paid = await paidPayments(id, task);
      return paid.ok ? { ok: true, value: [receiptTable(now, receiptsOf(now, paid.value))] } : paid;
    }),
    eventLog("disbursement", id, page),
    journalCard(now, page),
  ];
}

async function paidPayments(id: string, { signal, progress }: Task): Promise<Fetched<readonly RowJson[]>> {
  const rows: RowJson[] = [];
  let cursor: string | undefined;
  do {
    const path = pathOf(["api", "tables", "payments"], {
      disbursement_id: id,
      status: "paid",
      sort_by: "created_at",
      sort_order: "asc",
      limit: "200",
      cursor,
    });
    const answer: Fetched<PageJson> = await get(path, signal);
    if (!answer.ok) return answer;
    rows.push(...answer.value.data);
    progress(`Loaded ${rows.length} payments …`);
    cursor = answer.value.pagination.next_cursor;
  } while (cursor !== undefined);
  return { ok: true, value: rows };
}
