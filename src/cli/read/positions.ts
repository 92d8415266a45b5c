import type { PositionLineJson, PositionsJson } from "../../contract/position/answers.ts";
import { EXIT, report } from "../failure.ts";
import { Service, type ServiceOptions } from "../service.ts";
import { money, tableText } from "./format.ts";
import { getComplete } from "./get.ts";

export interface PositionsOptions extends ServiceOptions {
  readonly asOf: string | undefined;
  readonly changedSince: string;
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

/** Prints what became late or is late no more, the most days past due first. Resolves with the exit code. */
export async function showPositions({ asOf, changedSince, ...options }: PositionsOptions): Promise<number> {
  const service = Service.from(options);
  if (!service.ok) return report(service.error);
  const query = new URLSearchParams({ changed_since: changedSince, limit: String(LINES_OF_A_PAGE) });
  if (asOf !== undefined) query.set("as_of_date", asOf);
  const changed: PositionLineJson[] = [];
  for (let cursor: string | undefined = ""; cursor !== undefined; ) {
    if (cursor !== "") query.set("cursor", cursor);
    const page = await getComplete<PositionsJson>(service.value, `/api/positions?${query}`);
    if (!page.ok) return report(page.error);
    changed.push(...page.value.data);
    cursor = page.value.pagination.next_cursor;
  }
  process.stdout.write(
    changed.length > 0 ? changedText(changed) : `Nothing has changed since ${changedSince}.\n`,
  );
  return EXIT.done;
}
