import type { SQL } from "drizzle-orm";
import type { Context } from "hono";
import type { ListQuery } from "../contract/lookup/query.ts";
import { isHistory, type LookupTable } from "../contract/lookup/tables.ts";
import type { Position } from "../domain/core/lookup.ts";
import type { Result } from "../domain/core/result.ts";
import type { AppEnv } from "../http/app-env.ts";
import { waitPreference } from "../http/prefer.ts";
import type { Database } from "../store/d1/session.ts";
import { HISTORY } from "../store/history/progress.ts";
import { headQuery } from "../store/log.ts";
import type { RowPage } from "../store/lookup/list.ts";
import { progressQuery } from "../store/projections/cursors.ts";
import { waitAtGate } from "../tenant/wait.ts";
import { read } from "./read.ts";

/** A list that can be followed: its reader may wait for more (docs/api.md#waiting-reads). */
export type Followed =
  | { readonly kind: "feed"; readonly progress: SQL }
  | { readonly kind: "history"; readonly progress: SQL; readonly min_sequence: number | null };

/** The feed is the ascending list of events in the order of the log, with any filters (docs/api.md#feed). */
export function followedBy(tenant: string, table: LookupTable, query: ListQuery): Followed | null {
  if (isHistory(table)) {
    return { kind: "history", progress: progressQuery(tenant, HISTORY), min_sequence: query.min_sequence };
  }
  const inOrder = query.sort_by === "created_at" || query.sort_by === "sequence";
  if (table.name !== "events" || query.descending || !inOrder) return null;
  return { kind: "feed", progress: headQuery(tenant) };
}

const headOf = ({ alongside }: RowPage): number => Number(alongside?.head ?? 0);

/** How far the tenant's history was made when the page was read. */
export const historyOf = ({ alongside }: RowPage): number => Number(alongside?.reached ?? 0);

/** Where the feed continues after its last page: after all events that the page examined, matching or not. */
export const endOfFeed = (page: RowPage): Position => ({ after: [String(headOf(page))], stretch: null });

type Read = Result<RowPage, string>;

/** Reads a page, and when there is nothing to answer yet and the caller prefers to wait, waits for it. */
export async function readWaiting(
  c: Context<AppEnv>,
  followed: Followed | null,
  list: (db: Database) => Promise<RowPage>,
): Promise<Read> {
  if (followed === null) return read(c, list);
  c.header("Vary", "Prefer", { append: true });
  const isWaiting = followed.kind === "feed" || followed.min_sequence !== null;
  const seconds = isWaiting ? waitPreference(c.req.header("Prefer")) : null;
  if (seconds === null) return read(c, list);
  c.header("Preference-Applied", `wait=${seconds}`);
  const start = Date.now();
  const end = start + seconds * 1000;
  let page = await read(c, list);
  while (page.ok && !isThere(followed, page.value)) {
    const seen = headOf(page.value);
    const ms = end - Date.now();
    if (ms <= 0) break;
    const wait =
      followed.kind === "feed"
        ? ({ for: "event", sequence: seen, ms } as const)
        : ({ for: "history", sequence: followed.min_sequence ?? 0, ms } as const);
    const woken = await waitAtGate(c.env, c.get("principal").tenant_id, wait, c.req.raw.signal);
    if (!woken.happened) break;
    page = await read(c, list, woken.bookmark);
    // What the gate knows, the database has; to ask again for what it does not show would be a loop without a pause.
    if (followed.kind === "history" || (page.ok && headOf(page.value) <= seen)) break;
  }
  c.get("timings").push(["wait", Date.now() - start]);
  return page;
}

function isThere(followed: Followed, page: RowPage): boolean {
  if (followed.kind === "feed") return page.rows.length > 0 || page.next !== null;
  return historyOf(page) >= (followed.min_sequence ?? 0);
}
