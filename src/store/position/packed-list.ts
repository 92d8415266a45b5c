import type { LogPlace } from "../../domain/core/event.ts";
import type { Database } from "../d1/session.ts";
import { type NextIds, nextIdsQuery } from "./listed-loans.ts";
import { HEAD, logPlaceOf } from "./memos.ts";

/** Packed facts of some disbursements, all as of the head of the log. */
export interface PackedList {
  readonly head: number;
  /** By id; null for those of which nothing is packed. */
  readonly facts: ReadonlyMap<string, string | null>;
}

/** Facts count where the packing is fresh: it has these members of `info`, and nothing has changed since. */
const factsOf = (listed: string, order = "") => `SELECT listed.value AS disbursement_id, f.facts
  FROM (${listed}) AS listed LEFT JOIN packed_facts AS f
    ON f.tenant_id = ?1 AND f.disbursement_id = listed.value AND f.generation = (
      SELECT generation FROM packings WHERE tenant_id = ?1 AND members = ?3
        AND up_to = ifnull((SELECT max(sequence) FROM events WHERE tenant_id = ?1), 0)
        AND rewrites = ifnull((SELECT number FROM rewrites WHERE tenant_id = ?1), 0))
  ${order}`;

const FACTS = factsOf("SELECT value FROM json_each(?2)");

/** What is packed of some disbursements, read at one moment. Writes nothing. */
export const packedList = (
  db: Database,
  tenant: string,
  ids: readonly string[],
  members: string,
): Promise<PackedList> => read(db, FACTS, [tenant, JSON.stringify(ids), members]);

/** As `packedList`, of the next live disbursements in the order of their ids, which are found in the same round trip. */
export function packedNext(
  db: Database,
  tenant: string,
  next: Omit<NextIds, "withDeleted">,
  members: string,
): Promise<PackedList> {
  const listed = nextIdsQuery({ ...next, withDeleted: false });
  const order = `ORDER BY listed.value ${next.descending ? "DESC" : ""}`;
  return read(db, factsOf(listed, order), [tenant, next.after ?? "", members]);
}

async function read({ $client: d1 }: Database, sql: string, params: readonly string[]): Promise<PackedList> {
  const [log, found] = await d1.batch<
    LogPlace & { readonly disbursement_id: string; readonly facts: string | null }
  >([d1.prepare(HEAD).bind(params[0]), d1.prepare(sql).bind(...params)]);
  const rows = found?.results ?? [];
  return {
    head: logPlaceOf(log?.results[0]).sequence,
    facts: new Map(rows.map(({ disbursement_id, facts }) => [disbursement_id, facts])),
  };
}
