import type { ParsedOf } from "../../contract/answer-types.ts";
import type { PageJson, RowJson } from "../../contract/lookup/answers.ts";
import type { PositionJson, position } from "../../contract/position/answers.ts";
import { pathOf } from "../address.ts";
import { type Fetched, get } from "../api.ts";
import { dayControl } from "../day-control.ts";
import { type Child, h } from "../dom.ts";
import { NONE, today } from "../format.ts";
import { loading, type Task } from "../loading.ts";
import type { Route } from "../route.ts";
import { entitle } from "../shell.ts";
import { eventLog } from "./events.ts";
import { installments } from "./installments.ts";
import { journalCard } from "./journal.ts";
import { lifeInDays } from "./life.ts";
import { pictures } from "./pictures.ts";
import { positionFigures } from "./position.ts";
import { receiptTable } from "./receipts.ts";

/** One disbursement as of a day: what is owed, why, and its books. */
export function disbursementView(main: HTMLElement, route: Route, page: AbortSignal): void {
  const id = route.segments[1] ?? "";
  const asOf = route.query.get("as_of") ?? today();
  main.append(
    h("div", { class: "heading" }, entitle(id || NONE, true), dayControl(["disbursement", id], asOf)),
    loading("the position", page, async ({ signal }) => {
      const answer = await positionOf(id, asOf, signal);
      return answer.ok ? { ok: true, value: parts(answer.value, asOf, page) } : answer;
    }),
  );
}

const positionOf = (id: string, asOf: string, signal: AbortSignal) =>
  get<ParsedOf<typeof position>>(pathOf(["api", "positions", id], { as_of_date: asOf }), signal);

function parts({ data: now }: ParsedOf<typeof position>, asOf: string, page: AbortSignal): readonly Child[] {
  const id = now.disbursement_id;
  const receipts = h("div", { class: "part" });
  return [
    positionFigures(now),
    loading("the payments", page, async (task) => {
      const answer = await story(id, task);
      if (!answer.ok) return answer;
      const { row, whole, payments } = answer.value;
      const life = lifeInDays(row, whole.terms, payments, asOf);
      receipts.replaceChildren(receiptTable(now, life));
      return { ok: true, value: [pictures(now, life, page)] };
    }),
    installments(now, page),
    receipts,
    eventLog(id, page),
    journalCard(now, page),
  ];
}

interface Story {
  readonly row: RowJson;
  readonly whole: PositionJson;
  readonly payments: readonly RowJson[];
}

/** A day after every change, so that the answer includes changes dated in the future. */
const LAST_DAY = "9999-12-31";

/** All data that the pictures need. */
async function story(id: string, task: Task): Promise<Fetched<Story>> {
  const path = pathOf(["api", "tables", "disbursements", id]);
  const [row, whole, payments] = await Promise.all([
    get<{ readonly data: RowJson }>(path, task.signal),
    positionOf(id, LAST_DAY, task.signal),
    allPayments(id, task),
  ]);
  if (!row.ok) return row;
  if (!whole.ok) return whole;
  if (!payments.ok) return payments;
  return { ok: true, value: { row: row.value.data, whole: whole.value.data, payments: payments.value } };
}

async function allPayments(id: string, { signal, progress }: Task): Promise<Fetched<readonly RowJson[]>> {
  const rows: RowJson[] = [];
  let cursor: string | undefined;
  do {
    const path = pathOf(["api", "tables", "payments"], {
      disbursement_id: id,
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
