import type { ParsedOf } from "../../contract/answer-types.ts";
import type { PageJson, RowJson } from "../../contract/lookup/answers.ts";
import type { PositionJson, position } from "../../contract/position/answers.ts";
import { pathOf } from "../address.ts";
import { type Fetched, get } from "../api.ts";
import { tenantCalendar } from "../caller.ts";
import { correctionLinks, correctionView } from "../correct/view.ts";
import { dayControl } from "../day-control.ts";
import { type Child, h } from "../dom.ts";
import { NONE } from "../format.ts";
import { loading, type Task } from "../loading.ts";
import { momentOf, momentParameters, type ShownMoment } from "../moment.ts";
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
  const moment = momentOf(route);
  main.append(
    h(
      "div",
      { class: "heading" },
      entitle(id || NONE, true),
      dayControl(["disbursement", id], moment, { compares: true }),
    ),
    correctionLinks(id),
    loading("the position", page, async ({ signal }) => {
      const [answer, other] = await Promise.all([
        positionOf(id, moment, signal),
        moment.against === null ? null : positionOf(id, { ...moment, asOf: moment.against }, signal),
      ]);
      if (!answer.ok) return answer;
      if (other !== null && !other.ok) return other;
      const then = other?.value.data ?? null;
      return { ok: true, value: parts(answer.value.data, { then, moment, page }) };
    }),
  );
}

const positionOf = (id: string, moment: ShownMoment, signal: AbortSignal, series?: "days") =>
  get<ParsedOf<typeof position>>(
    pathOf(["api", "positions", id], { ...momentParameters(moment), series }),
    signal,
  );

/** A day after every change, so that the answer includes changes dated in the future. */
const LAST_DAY = "9999-12-31";

interface Look {
  /** The position of the day to compare with. */
  readonly then: PositionJson | null;
  readonly moment: ShownMoment;
  readonly page: AbortSignal;
}

function parts(now: PositionJson, { then, moment, page }: Look): readonly Child[] {
  const id = now.disbursement_id;
  return [
    positionFigures(now, then),
    loading("the pictures", page, async ({ signal }) => {
      const whole = await positionOf(id, { ...moment, asOf: LAST_DAY }, signal, "days");
      if (!whole.ok) return whole;
      return { ok: true, value: [pictures(now, lifeInDays(now, whole.value.data, tenantCalendar()), page)] };
    }),
    installments(now, page),
    ...(moment.known === "" ? records(now, page) : [knownNote()]),
  ];
}

const knownNote = () =>
  h(
    "p",
    { class: "note" },
    "Payments, events and journal are those of now: they show while nothing stands under “Known at”.",
  );

/** What the tables say of the disbursement now. */
function records(now: PositionJson, page: AbortSignal): readonly Child[] {
  const id = now.disbursement_id;
  return [
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
