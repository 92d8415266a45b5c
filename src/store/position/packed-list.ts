import type { LogPlace } from "../../domain/core/event.ts";
import type { Database } from "../d1/session.ts";
import { HEAD, logPlaceOf } from "./memos.ts";

/** Packed facts of some disbursements, all as of the head of the log. */
interface PackedList {
  readonly head: number;
  /** By id; those of which nothing is packed are missing. */
  readonly facts: ReadonlyMap<string, string>;
}

/** Facts count where the packing is fresh: it has these members of `info`, and nothing has changed since. */
const FACTS = `SELECT f.disbursement_id, f.facts FROM packings AS p CROSS JOIN json_each(?2) AS listed
    CROSS JOIN packed_facts AS f
  WHERE p.tenant_id = ?1 AND p.members = ?3
    AND p.up_to = ifnull((SELECT max(sequence) FROM events WHERE tenant_id = ?1), 0)
    AND p.rewrites = ifnull((SELECT number FROM rewrites WHERE tenant_id = ?1), 0)
    AND f.tenant_id = ?1 AND f.disbursement_id = listed.value AND f.generation = p.generation AND f.facts IS NOT NULL`;

/** What is packed of some disbursements, read at one moment. Writes nothing. */
export async function packedList(
  { $client: d1 }: Database,
  tenant: string,
  ids: readonly string[],
  members: string,
): Promise<PackedList> {
  const [log, found] = await d1.batch<
    LogPlace & { readonly disbursement_id: string; readonly facts: string }
  >([d1.prepare(HEAD).bind(tenant), d1.prepare(FACTS).bind(tenant, JSON.stringify(ids), members)]);
  const rows = found?.results ?? [];
  return {
    head: logPlaceOf(log?.results[0]).sequence,
    facts: new Map(rows.map(({ disbursement_id, facts }) => [disbursement_id, facts])),
  };
}
