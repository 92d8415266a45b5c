import { causeOf } from "../domain/core/failure.ts";
import type { Category } from "../domain/tape/fields.ts";
import { foldErased } from "../reads/fold.ts";
import { withDeadline } from "../store/d1/failure.ts";
import type { Database } from "../store/d1/session.ts";
import { runAll } from "../store/d1/statement.ts";
import { nextReached, type ReachedEvent } from "../store/erasure/page.ts";
import { type ErasureProgress, nextErasure } from "../store/erasure/progress.ts";
import {
  type BlankedRecords,
  pageStatements,
  progressStatements,
  recordsOf,
} from "../store/erasure/write.ts";
import { HISTORY } from "../store/history/progress.ts";
import { loadEnd } from "../store/load.ts";
import { readProgress } from "../store/projections/cursors.ts";
import { lastEventsOf, placesOf } from "../store/tape/past.ts";
import { logOf } from "./log.ts";
import type { OwnCopy } from "./own-copy.ts";

/** What a page of an erasure needs of its gate. */
export interface ErasingContext {
  readonly tenant: string;
  readonly copy: OwnCopy;
  /** Does some work while no group is decided or written. */
  readonly alone: <T>(work: () => Promise<T>) => Promise<T>;
}

/** `complete`: no erasure is left. `more`: a page is done. `stopped`: something failed or lags, and it may pass. */
export type ErasingPage = "complete" | "more" | "stopped";

/**
 * Erases the next page of the tenant's first erasure that is unfinished (docs/privacy.md#how-an-erasure-runs). A page that
 * was interrupted is done again: nothing of it is written, or all.
 */
export async function eraseNextPage(context: ErasingContext): Promise<ErasingPage> {
  const { tenant, copy } = context;
  try {
    const { db } = await copy.open(tenant);
    const erasure = await withDeadline(nextErasure(db, tenant));
    if (!erasure) return "complete";
    copy.erasures.keep([erasure]);
    const history = await readProgress(db, tenant, HISTORY);
    // History would write again what it has read and not yet written.
    const upto = Math.min(erasure.sequence, history.reached);
    if (upto <= erasure.walked_to) return "stopped";
    const reach = { person: erasure.person, shared: sharedBy(erasure) };
    const range = { after: erasure.walked_to, upto };
    const { reached, end } = await withDeadline(nextReached(db, tenant, reach, range));
    if (reached.length > 0) return await context.alone(() => erasePage(context, erasure, reached, end));
    await withDeadline(runAll(db, progressStatements(tenant, { erasure, end, now: Date.now() })));
    return "more";
  } catch (error) {
    copy.records.forget();
    logOf(tenant, { message: "erasure stopped", error: causeOf(error) });
    return "stopped";
  }
}

/** The purchases that the erasure's event names. */
function sharedBy({ data }: ErasureProgress): readonly string[] {
  const text: { readonly data: { readonly shared?: readonly string[] } } = JSON.parse(data);
  return text.data.shared ?? [];
}

/** Takes some events from the records, then the gate's keys, then D1. Nothing else is decided meanwhile. */
async function erasePage(
  { tenant, copy }: ErasingContext,
  erasure: ErasureProgress,
  reached: readonly ReachedEvent[],
  end: number,
): Promise<ErasingPage> {
  const session = await copy.open(tenant);
  const { isRestored, ...seen } = await withDeadline(loadEnd(session.db, tenant, copy.log.trusted));
  if (isRestored) {
    await copy.recover(tenant);
    return "more";
  }
  const records = await blankedRecords(session.db, tenant, reached);
  copy.keys.forgetFingerprints(reached.map(({ key_hash }) => key_hash));
  const page = { erasure, end, now: Date.now() };
  await withDeadline(runAll(session.db, pageStatements(tenant, page, { reached, records, seen })));
  copy.records.forget();
  copy.log.bookmark = session.bookmark() ?? copy.log.bookmark;
  return "more";
}

/** The values of a record by the names of its fields. */
type Values = Readonly<Record<string, unknown>>;

/** The values of the records that some events are about, as the log makes them once these events are erased. */
async function blankedRecords(
  db: Database,
  tenant: string,
  reached: readonly ReachedEvent[],
): Promise<BlankedRecords> {
  const erased = new Set(reached.map(({ sequence }) => sequence));
  const blanked = new Map<Category, ReadonlyMap<string, Values>>();
  for (const [category, ids] of recordsOf(reached)) {
    blanked.set(category, await foldedRecords(db, { tenant, category, ids }, erased));
  }
  return blanked;
}

interface Named<C extends Category> {
  readonly tenant: string;
  readonly category: C;
  readonly ids: readonly string[];
}

/** Folds some records, all together or, where their events are too large, by halves. What is too large by itself is left blank. */
async function foldedRecords<C extends Category>(
  db: Database,
  named: Named<C>,
  erased: ReadonlySet<number>,
): Promise<ReadonlyMap<string, Values>> {
  const { tenant, category, ids } = named;
  const last = await lastEventsOf(db, tenant, category, ids);
  const found = await placesOf(db, tenant, last, Number.MAX_SAFE_INTEGER);
  if (found) {
    const { state } = await foldErased(db, tenant, found.places, erased);
    return new Map([...state[category]].map(([id, { record }]) => [id, record as Values]));
  }
  if (ids.length < 2) return new Map(ids.map((id) => [id, {}]));
  const middle = Math.ceil(ids.length / 2);
  const [first, second] = [ids.slice(0, middle), ids.slice(middle)];
  return new Map([
    ...(await foldedRecords(db, { ...named, ids: first }, erased)),
    ...(await foldedRecords(db, { ...named, ids: second }, erased)),
  ]);
}
