import type { PositionLineJson, PositionsJson } from "../../contract/position/answers.ts";
import { err, ok, type Result } from "../../domain/core/result.ts";
import { rowsOf } from "../export/rows.ts";
import type { CommandFailure } from "../failure.ts";
import { getExact } from "../read/get.ts";
import type { Service } from "../service.ts";

const LINES_OF_A_PAGE = 200;

/** A client whose disbursements are all repaid. */
interface RepaidClient {
  readonly client_id: string;
  /** The day of the last receipt. */
  readonly last_received: string;
}

type Line = Pick<PositionLineJson, "disbursement_id" | "client_id" | "state" | "last_received">;

/** The clients with at least one disbursement, all repaid, of which the last receipt came before a day; in the order of their ids. */
export function repaidBefore(
  lines: readonly Line[],
  clientsOf: ReadonlyMap<string, readonly string[]>,
  day: string,
): readonly RepaidClient[] {
  const last = new Map<string, string | null>();
  for (const { disbursement_id, client_id, state, last_received } of lines) {
    const clients = client_id === null ? (clientsOf.get(disbursement_id) ?? []) : [client_id];
    const received = state === "repaid" ? (last_received?.payment_date ?? null) : null;
    for (const id of clients) {
      const before = last.get(id);
      last.set(
        id,
        before === null || received === null ? null : before && before > received ? before : received,
      );
    }
  }
  return [...last]
    .flatMap(([client_id, last_received]) =>
      last_received !== null && last_received < day ? [{ client_id, last_received }] : [],
    )
    .toSorted((left, right) => (left.client_id < right.client_id ? -1 : 1));
}

/** Asks a service for all positions of today, and for the clients of purchases that several share. */
export async function findRepaid(
  service: Service,
  day: string,
): Promise<Result<readonly RepaidClient[], CommandFailure>> {
  const query = new URLSearchParams({
    sort_by: "disbursement_id",
    sort_order: "asc",
    limit: String(LINES_OF_A_PAGE),
  });
  const lines: Line[] = [];
  for (let cursor: string | undefined = ""; cursor !== undefined; ) {
    if (cursor !== "") query.set("cursor", cursor);
    const page = await getExact<PositionsJson>(service, `/api/positions?${query}`);
    if (!page.ok) return page;
    lines.push(...page.value.data);
    cursor = page.value.pagination.next_cursor;
  }
  const clientsOf = new Map<string, string[]>();
  if (lines.some(({ client_id }) => client_id === null)) {
    for await (const row of rowsOf(service, "purchase_clients")) {
      if (!row.ok) return err(row.error);
      const purchase = String(row.value.disbursement_id);
      clientsOf.set(purchase, [...(clientsOf.get(purchase) ?? []), String(row.value.client_id)]);
    }
  }
  return ok(repaidBefore(lines, clientsOf, day));
}
