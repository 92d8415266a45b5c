import type { Database } from "../d1/session.ts";
import { queryRows } from "../d1/statement.ts";

/** The next disbursements of a walk over all of them, deleted ones included. */
interface Page<T> {
  readonly loans: readonly T[];
  /** The id after which the next page starts; null when this is the last. */
  readonly end: string | null;
}

const IDS = `SELECT disbursement_id AS id FROM disbursements NOT INDEXED
  WHERE tenant_id = ?1 AND disbursement_id > ?2 ORDER BY disbursement_id LIMIT ?3`;

/**
 * Reads some disbursements in the order of their ids. The page shrinks while `read` answers null, because they have more rows than fit
 * into an isolate's memory; "too_large" where that is so of one alone.
 */
export async function loansOfPage<T>(
  db: Database,
  tenant: string,
  { after, limit }: { readonly after: string; readonly limit: number },
  read: (ids: readonly string[]) => Promise<readonly T[] | null>,
): Promise<Page<T> | "too_large"> {
  const rows = await queryRows<{ id: string }>(db, { sql: IDS, params: [tenant, after, limit] });
  const ids = rows.map(({ id }) => id);
  for (let count = ids.length; ; count = Math.ceil(count / 2)) {
    const some = ids.slice(0, count);
    const loans = some.length === 0 ? [] : await read(some);
    if (loans === null && count <= 1) return "too_large";
    if (loans === null) continue;
    const isLast = count === ids.length && ids.length < limit;
    return { loans, end: isLast ? null : (some.at(-1) ?? null) };
  }
}

export interface RowText {
  readonly row: string;
}

/** The rows of a query whose one column is a row as JSON text. */
export const tuplesIn = <T>(result: D1Result<RowText> | undefined): T[] =>
  JSON.parse(`[${(result?.results ?? []).map(({ row }) => row).join(",")}]`);
