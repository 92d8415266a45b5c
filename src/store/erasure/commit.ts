import type { NewErasure } from "../../domain/erasure/erasure.ts";
import { rowWriter } from "../d1/rows.ts";
import type { Sql } from "../d1/statement.ts";
import { erasures } from "./tables.ts";

const writeErasures = rowWriter(erasures);
const BEGUN = { walked_to: 0, events_done: 0, completed_at: null, is_outdated: false };

/** The statements that write new erasures, for the batch of their events. */
export const erasureStatements = (tenant_id: string, some: readonly NewErasure[]): readonly Sql[] =>
  writeErasures(some.map((one) => ({ tenant_id, ...one, ...BEGUN })));
