import type { Day } from "../core/dates.ts";
import type { Extension } from "./terms.ts";

/**
 * The due day of an expected row after the changes of the maturity: each one, in the order of the log, moves a row that
 * is due on the old maturity to the new one. A due date that a later event set stays.
 */
export function extendedDue(due: Day, due_sequence: number, extensions: readonly Extension[]): Day {
  return extensions.reduce(
    (moved, { sequence, from, to }) => (moved === from && due_sequence < sequence ? to : moved),
    due,
  );
}
