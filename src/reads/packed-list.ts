import type { ReportDimensions } from "../domain/core/settings.ts";
import type { WantedAttributes } from "../domain/position/attributes.ts";
import { PACKED_FORMAT, unpackFacts } from "../domain/position/packed.ts";
import type { Database } from "../store/d1/session.ts";
import { type ListedLoans, type NextIds, readListed } from "../store/position/listed-loans.ts";
import { type PackedList, packedList, packedNext } from "../store/position/packed-list.ts";

/** What is packed of disbursements, besides what each position needs: all that a report may use. */
export const packedAttributes = ({ disbursement, client }: ReportDimensions): WantedAttributes => ({
  country: true,
  info: disbursement,
  client_info: client,
});

/** Names what is packed. With another name nothing that was packed counts. */
export const membersOfPacking = (dimensions: ReportDimensions): string =>
  JSON.stringify([PACKED_FORMAT, packedAttributes(dimensions)]);

/**
 * Some disbursements as they are, in the order of the ids, from packed facts where these are fresh, and else from their
 * rows. All are read at one moment: where an event comes between the two, all are read from their rows.
 */
export async function listedFromPacked(
  db: Database,
  tenant: string,
  ids: readonly string[],
  dimensions: ReportDimensions,
): Promise<ListedLoans | "too_large"> {
  const { head, facts } = await packedList(db, tenant, ids, membersOfPacking(dimensions));
  const inOrder = new Map(ids.map((id) => [id, facts.get(id) ?? null]));
  return withOthers(db, tenant, { head, facts: inOrder }, dimensions);
}

/** As `listedFromPacked`, of the next disbursements in the order of the ids, with one id more where there are more. */
export async function nextFromPacked(
  db: Database,
  tenant: string,
  next: Omit<NextIds, "withDeleted">,
  dimensions: ReportDimensions,
): Promise<{ readonly ids: readonly string[]; readonly read: ListedLoans | "too_large" }> {
  const more = { ...next, limit: next.limit + 1 };
  const { head, facts } = await packedNext(db, tenant, more, membersOfPacking(dimensions));
  const shown = new Map([...facts].slice(0, next.limit));
  return { ids: [...facts.keys()], read: await withOthers(db, tenant, { head, facts: shown }, dimensions) };
}

async function withOthers(
  db: Database,
  tenant: string,
  { head, facts }: PackedList,
  dimensions: ReportDimensions,
): Promise<ListedLoans | "too_large"> {
  const wanted = packedAttributes(dimensions);
  const ids = [...facts.keys()];
  const others = ids.filter((id) => facts.get(id) === null);
  const read = others.length === 0 ? { head, loans: [] } : await readListed(db, tenant, others, wanted);
  if (read === "too_large" || others.length === ids.length) return read;
  if (read.head !== head) return readListed(db, tenant, ids, wanted);
  const byId = new Map(read.loans.map((one) => [one.loan.disbursement.disbursement_id, one]));
  const loans = [...facts].flatMap(([id, text]) =>
    text === null ? (byId.get(id) ?? []) : [unpackFacts(id, text)],
  );
  return { head, loans };
}
