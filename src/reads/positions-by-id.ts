import type { Database } from "../store/d1/session.ts";
import { nextIds } from "../store/position/listed-loans.ts";
import { nextFromPacked } from "./packed-list.ts";
import { linesOf, listedFor, type PositionListRequest, type PositionPage } from "./position-lines.ts";

/** Disbursements that one page examines; a page that finds few of them continues in the next one. */
const EXAMINED_MAX = 1_000;

/** The next positions in the order of their ids: all can be listed, because nothing is sorted and nothing kept. */
export async function positionsById(
  db: Database,
  tenant: string,
  request: PositionListRequest,
  { after: last, limit }: { readonly after: string | null; readonly limit: number },
): Promise<PositionPage | { readonly kind: "too_large" }> {
  const descending = request.sort_order !== "asc";
  const lines: string[] = [];
  let after = last;
  let heads: readonly [from: number, to: number] | null = null;
  for (let examined = 0; examined < EXAMINED_MAX; examined += limit) {
    const room = limit - lines.length;
    const { ids, read } = await nextLoans(db, tenant, request, { after, descending, limit: room });
    if (read === "too_large") return { kind: "too_large" };
    lines.push(...linesOf(read.loans, request, tenant));
    heads = [heads?.[0] ?? read.head, read.head];
    after = ids.slice(0, room).at(-1) ?? after;
    if (ids.length <= room) return page(lines, heads, null);
    if (lines.length === limit) break;
  }
  return page(lines, heads ?? [0, 0], after);
}

/** The next disbursements, and their ids with one more where there are more. */
async function nextLoans(
  db: Database,
  tenant: string,
  request: PositionListRequest,
  next: { readonly after: string | null; readonly descending: boolean; readonly limit: number },
) {
  if (request.known === null) return nextFromPacked(db, tenant, next, request.dimensions);
  const ids = await nextIds(db, tenant, { ...next, limit: next.limit + 1, withDeleted: true });
  return { ids, read: await listedFor(db, tenant, ids.slice(0, next.limit), request) };
}

/** The position with an id, if there is one that the filters do not leave out. */
export async function positionOf(
  db: Database,
  tenant: string,
  request: PositionListRequest,
  disbursement_id: string,
): Promise<PositionPage | { readonly kind: "too_large" }> {
  const read = await listedFor(db, tenant, [disbursement_id], request);
  if (read === "too_large") return { kind: "too_large" };
  return page(linesOf(read.loans, request, tenant), [read.head, read.head], null);
}

const page = (
  lines: readonly string[],
  [from_sequence, to_sequence]: readonly [number, number],
  after: string | null,
): PositionPage => ({
  kind: "page",
  lines,
  next: after === null ? null : [after],
  listed_all: true,
  from_sequence,
  to_sequence,
});
