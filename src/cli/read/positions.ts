import type { PositionLineJson, PositionsJson } from "../../contract/position/answers.ts";
import { EXIT, report } from "../failure.ts";
import { Service, type ServiceOptions } from "../service.ts";
import { money, print, tableText } from "./format.ts";
import { getComplete } from "./get.ts";

export interface PositionsOptions extends ServiceOptions {
  readonly asOf: string | undefined;
  /** A day to compare with; undefined for all positions. */
  readonly changedSince: string | undefined;
  readonly json: boolean;
}

const LINES_OF_A_PAGE = 200;

/** The disbursements whose state or bucket has changed, with what they were. */
export function changedText(positions: readonly PositionLineJson[]): string {
  return tableText(
    [
      { title: "Changed", align: "left" },
      { title: "from", align: "left" },
      { title: "to", align: "left" },
      { title: "days", align: "right" },
      { title: "arrears", align: "right" },
      { title: "", align: "left" },
      { title: "client", align: "left" },
    ],
    positions.map((now) => [
      now.disbursement_id,
      now.from ? stageText(now.from) : "",
      stageText(now),
      String(now.days_past_due),
      money(now.arrears.total, now.currency),
      now.currency,
      now.client_id ?? "",
    ]),
  );
}

/** The bucket of what is late; else the state. */
const stageText = ({ state, bucket }: Pick<PositionLineJson, "state" | "bucket">): string =>
  bucket === null || bucket === "current" ? state : bucket;

/** Positions, the most days past due first. */
export function positionsText(positions: readonly PositionLineJson[]): string {
  return tableText(
    [
      { title: "Position", align: "left" },
      { title: "state", align: "left" },
      { title: "days", align: "right" },
      { title: "arrears", align: "right" },
      { title: "outstanding", align: "right" },
      { title: "", align: "left" },
      { title: "client", align: "left" },
    ],
    positions.map((now) => [
      now.disbursement_id,
      stageText(now),
      String(now.days_past_due),
      money(now.arrears.total, now.currency),
      money(now.outstanding_principal, now.currency),
      now.currency,
      now.client_id ?? "",
    ]),
  );
}

/** Prints the positions of a day, or what became late or is late no more since another one. Resolves with the exit code. */
export async function showPositions(options: PositionsOptions): Promise<number> {
  const { asOf, changedSince, json } = options;
  const service = Service.from(options);
  if (!service.ok) return report(service.error);
  const query = new URLSearchParams({ limit: String(LINES_OF_A_PAGE) });
  if (changedSince !== undefined) query.set("changed_since", changedSince);
  if (asOf !== undefined) query.set("as_of_date", asOf);
  const found: PositionLineJson[] = [];
  for (let cursor: string | undefined = ""; cursor !== undefined; ) {
    if (cursor !== "") query.set("cursor", cursor);
    const page = await getComplete<PositionsJson>(service.value, `/api/positions?${query}`);
    if (!page.ok) return report(page.error);
    found.push(...page.value.data);
    cursor = page.value.pagination.next_cursor;
  }
  const none =
    changedSince === undefined ? "No disbursements.\n" : `Nothing has changed since ${changedSince}.\n`;
  const screen = changedSince === undefined ? positionsText : changedText;
  print({ data: found }, json, ({ data }) => (data.length > 0 ? screen(data) : none));
  return EXIT.done;
}
