import type { Database } from "../store/d1/session.ts";
import { movePlace, tenantsAfterRestore, WALKS } from "../store/projections/sweep-place.ts";
import { checkRestore } from "./followers.ts";

/** The gates that one run calls in each database: a hundred thousand take some four hours. */
const GATES_A_RUN = 400;
const GATES_AT_ONCE = 10;
/** Reads the tenants, and moves the place of the walk. */
const CALLS_OF_A_PAGE = 2;

/**
 * Calls the next gates of the walk that the command `after-restore` began (docs/operate.md#after-a-restore): each sees
 * whether D1 was restored. A gate that does not answer sees it by itself before it writes again. Returns the D1 calls that
 * were made: with several databases each gate's placement is read.
 */
export async function checkRestores(env: Cloudflare.Env, db: Database): Promise<number> {
  const tenants = await tenantsAfterRestore(db, GATES_A_RUN);
  for (let start = 0; start < tenants.length; start += GATES_AT_ONCE) {
    const some = tenants.slice(start, start + GATES_AT_ONCE);
    await Promise.all(some.map((tenant) => checkRestore(env, tenant)));
  }
  const last = tenants.length === GATES_A_RUN ? (tenants.at(-1) ?? null) : null;
  await movePlace(db, WALKS.restores, { isKept: true, last });
  console.log(JSON.stringify({ level: "info", message: "gates called", tenants: tenants.length }));
  return CALLS_OF_A_PAGE + tenants.length;
}
