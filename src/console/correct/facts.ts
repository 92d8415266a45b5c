import type { ParsedOf } from "../../contract/answer-types.ts";
import type { PageJson, RowJson } from "../../contract/lookup/answers.ts";
import type { PositionJson, position } from "../../contract/position/answers.ts";
import type { settings } from "../../contract/settings/answers.ts";
import { calendarOf } from "../../domain/core/calendar.ts";
import type { Day } from "../../domain/core/dates.ts";
import type { Settings } from "../../domain/core/settings.ts";
import { NO_TOLERANCE, parseArrearsTolerance, parseToleranceShare } from "../../domain/position/tolerance.ts";
import { pathOf } from "../address.ts";
import { type Fetched, get } from "../api.ts";
import { agrees, positionFrom, type Reckoning } from "./preview.ts";
import { hasDatedChanges, type Known, knownOf } from "./records.ts";

/** A disbursement's records as they are now, and by what they are reckoned. */
export interface LoanNow {
  readonly row: RowJson;
  readonly payments: readonly RowJson[];
  readonly known: Known;
  readonly settings: Settings;
  readonly reckoning: Reckoning;
  /** The service's own position as of each day that was asked for. */
  readonly positions: ReadonlyMap<Day, PositionJson>;
  /** Whether the records give these positions: if not, no preview is shown. */
  readonly isExact: boolean;
}

/** A day after every change. */
const LAST_DAY = "9999-12-31";
const PAGE_ROWS = "200";

/** Reads what a preview needs; a day that is asked for is one on which it is shown. */
export async function readLoanNow(
  id: string,
  days: readonly Day[],
  signal: AbortSignal,
): Promise<Fetched<LoanNow>> {
  const row = await get<{ readonly data: RowJson }>(pathOf(["api", "tables", "disbursements", id]), signal);
  if (!row.ok) return row;
  const payments = await paymentsOf(id, signal);
  if (!payments.ok) return payments;
  const own = await get<ParsedOf<typeof settings>>(pathOf(["v1", "settings"]), signal);
  if (!own.ok) return own;
  const positions = new Map<Day, PositionJson>();
  for (const day of [...days, LAST_DAY]) {
    const series = day === LAST_DAY ? "days" : undefined;
    const path = pathOf(["api", "positions", id], { as_of_date: day, series });
    const answer = await get<ParsedOf<typeof position>>(path, signal);
    if (!answer.ok) return answer;
    positions.set(day, answer.value.data);
  }
  return { ok: true, value: presentOf(row.value.data, payments.value, own.value, positions) };
}

function presentOf(
  row: RowJson,
  payments: readonly RowJson[],
  settings: Settings,
  positions: ReadonlyMap<Day, PositionJson>,
): LoanNow {
  const whole = positions.get(LAST_DAY);
  if (whole === undefined) throw new Error("the position after every change was not read");
  const known = knownOf(whole, row, payments);
  const reckoning = { calendar: calendarOf(settings.time_zone), measure: measureOf(settings) };
  const isSame = [...positions].every(([day, answered]) =>
    agrees(positionFrom(known, day, reckoning), answered),
  );
  const isExact = isSame && !hasDatedChanges(whole);
  return { row, payments, known, settings, reckoning, positions, isExact };
}

function measureOf({ arrears_tolerance, arrears_tolerance_share }: Settings): Reckoning["measure"] {
  const amounts = parseArrearsTolerance(arrears_tolerance);
  const share = parseToleranceShare(arrears_tolerance_share);
  if (!amounts.ok || !share.ok) return { allocation: "oldest", tolerance: NO_TOLERANCE };
  return { allocation: "oldest", tolerance: { ...amounts.value, share: share.value } };
}

async function paymentsOf(
  disbursement_id: string,
  signal: AbortSignal,
): Promise<Fetched<readonly RowJson[]>> {
  const rows: RowJson[] = [];
  let cursor: string | undefined;
  do {
    const path = pathOf(["api", "tables", "payments"], {
      disbursement_id,
      sort_by: "created_at",
      sort_order: "asc",
      limit: PAGE_ROWS,
      cursor,
    });
    const answer: Fetched<PageJson> = await get<PageJson>(path, signal);
    if (!answer.ok) return answer;
    rows.push(...answer.value.data);
    cursor = answer.value.pagination.next_cursor;
  } while (cursor !== undefined);
  return { ok: true, value: rows };
}
