import type { SQL } from "drizzle-orm";
import type { ListQuery } from "../contract/lookup/query.ts";
import { isHistory, type LookupTable } from "../contract/lookup/tables.ts";
import type { PageStart } from "../domain/core/lookup.ts";
import type { Result } from "../domain/core/result.ts";
import { HISTORY } from "../store/history/progress.ts";
import { headQuery } from "../store/log.ts";
import type { RowPage } from "../store/lookup/list.ts";
import { progressQuery } from "../store/projections/cursors.ts";
import { waitAtGate } from "../tenant/wait.ts";

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

/**
 * Where the feed continues after its last page: after all events that the page examined, matching or not. It never goes
 * back: after a restore of the database every new event comes after all that were ever read.
 */
export function endOfFeed(page: RowPage, start: PageStart | null): PageStart {
  const from = Number(start?.after?.[0] ?? 0);
  return { after: [String(Math.max(headOf(page), from))], stretch: null };
}

type Read = Result<RowPage, string>;

/** How a page that is not there yet is waited for. */
interface Waiting {
  readonly env: Cloudflare.Env;
  readonly tenant: string;
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/** True for a list whose reader may wait now. */
export const mayWait = (followed: Followed): boolean =>
  followed.kind === "feed" || followed.min_sequence !== null;

/** Reads a page, and while there is nothing to answer yet, waits for it. `read` reads at a bookmark, if it is given one. */
export async function readWaiting(
  followed: Followed,
  { env, tenant, seconds, signal }: Waiting,
  read: (at: string | null) => Promise<Read>,
): Promise<Read> {
  const end = Date.now() + seconds * 1000;
  let page = await read(null);
  while (page.ok && !isThere(followed, page.value)) {
    const seen = headOf(page.value);
    const ms = end - Date.now();
    if (ms <= 0) break;
    const wait =
      followed.kind === "feed"
        ? ({ for: "event", sequence: seen, ms } as const)
        : ({ for: "history", sequence: followed.min_sequence ?? 0, ms } as const);
    const woken = await waitAtGate(env, tenant, wait, signal);
    if (!woken.happened) break;
    page = await read(woken.bookmark);
    // What the gate knows, the database has; to ask again for what it does not show would be a loop without a pause.
    if (followed.kind === "history" || (page.ok && headOf(page.value) <= seen)) break;
  }
  return page;
}

function isThere(followed: Followed, page: RowPage): boolean {
  if (followed.kind === "feed") return page.rows.length > 0 || page.next !== null;
  return historyOf(page) >= (followed.min_sequence ?? 0);
}
