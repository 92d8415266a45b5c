import { stringifyJson } from "../../contract/json.ts";
import { ok, type Result } from "../../domain/core/result.ts";
import { erasedBy, subjectOf } from "../../domain/log/erasures.ts";
import { type Gap, gapOf } from "../../domain/log/gaps.ts";
import type { LogLine } from "../../domain/log/line.ts";
import { type ExportedRow, rowsOf } from "../export/rows.ts";
import type { CommandFailure } from "../failure.ts";
import type { Service } from "../service.ts";

/** What the log says by now of the events that it had. */
export interface Present {
  /** What restores took, in the order of the log. */
  readonly gaps: readonly Gap[];
  /** True for an event of a person, or of a purchase, that a later event erases. */
  readonly isErased: (line: LogLine) => boolean;
}

/** Reads the log's events of restores and erasures. */
export async function readPresent(service: Service): Promise<Result<Present, CommandFailure>> {
  const gaps: Gap[] = [];
  const erasures = new Map<string, number>();
  for (const filter of [{ category: "log" }, { step: "erase" }]) {
    for await (const row of rowsOf(service, "events", filter)) {
      if (!row.ok) return row;
      const event = eventOf(row.value);
      const gap = gapOf(event);
      if (gap) gaps.push(gap);
      else for (const subject of erasedBy(event)) erasures.set(subject, event.sequence);
    }
  }
  const isErased = (line: LogLine): boolean => (erasures.get(subjectOf(line)) ?? 0) > line.sequence;
  return ok({ gaps, isErased });
}

/** A row of the feed as far as an export has the same. */
const eventOf = ({ sequence, category, step, id, data }: ExportedRow) => ({
  sequence: Number(String(sequence)),
  category: String(category),
  step: String(step),
  id: String(id),
  data: stringifyJson({ data, facts: {} }),
});
