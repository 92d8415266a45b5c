import { decodeCursor, encodeCursor } from "../contract/cursor.ts";
import type { OrderValues, PageStart } from "../domain/core/lookup.ts";
import type { Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";

/** A request for one page of a list. */
interface PageRequest {
  /** The query that a cursor is bound to, with its tenant. How much of it one page shows is no part of it. */
  readonly identity: readonly unknown[];
  readonly cursor: string | null | undefined;
  /** The problem of a cursor that belongs to another query. */
  readonly foreign?: Problem;
}

const FOREIGN: Problem = {
  code: "invalid_query",
  detail: "cursor belongs to another query. Send the next_cursor of a page of the same query.",
};

/** As `FOREIGN`, for the routes of the ledger. */
export const FOREIGN_TOKEN: Problem = {
  code: "invalid_query",
  detail: "page_token belongs to another query. Send the next_page_token of a page of the same query.",
};

/** Where a page starts: after the row with these values. */
export const startAfter = (...after: OrderValues): PageStart => ({ after, stretch: null });

/**
 * Answers one page of a list, with the cursor of the next one. `read` is given where the page starts, null for the first
 * one, and says where the next page starts, null for none.
 */
export async function paged<T extends { readonly next: PageStart | null }>(
  { identity, cursor, foreign = FOREIGN }: PageRequest,
  read: (start: PageStart | null) => Promise<Result<T, Problem>>,
): Promise<Result<Omit<T, "next"> & { readonly next_cursor: string | undefined }, Problem>> {
  const query = JSON.stringify(identity);
  const start = typeof cursor === "string" ? decodeCursor(query, cursor) : null;
  if (typeof cursor === "string" && start === null) return err(foreign);
  const page = await read(start);
  if (!page.ok) return page;
  const { next, ...others } = page.value;
  return ok({ ...others, next_cursor: next === null ? undefined : encodeCursor(query, next) });
}

/** The rows of a page, of which one more was read than it shows, and its last row if there are more. */
export function splitPage<T>(rows: readonly T[], limit: number): { shown: readonly T[]; last: T | null } {
  const shown = rows.slice(0, limit);
  return { shown, last: rows.length > limit ? (shown.at(-1) ?? null) : null };
}
