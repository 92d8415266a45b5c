import { deriveHistory, type HistoryRow } from "../../domain/tape/history.ts";
import { historyStatements } from "../../store/history/history.ts";
import { HISTORY } from "../../store/history/progress.ts";
import { projection } from "../../store/projections/projection.ts";
import { parseFacts } from "../facts.ts";

/** The six history tables (docs/api.md#history). The domain marks events that have rows, and an index finds them. */
export const history = projection<HistoryRow>({
  ...HISTORY,
  wants: (event) => event.makes_history,
  derive: (event) => deriveHistory({ ...event, facts: parseFacts(event) }),
  write: historyStatements,
});
