import type { Context } from "hono";
import type { Result } from "../domain/core/result.ts";
import type { AppEnv } from "../http/app-env.ts";
import { waitPreference } from "../http/prefer.ts";
import { type Followed, mayWait, readWaiting } from "../reads/following.ts";
import type { Database } from "../store/d1/session.ts";
import type { RowPage } from "../store/lookup/list.ts";
import { read } from "./read.ts";

/** Reads a page, and when there is nothing to answer yet and the caller prefers to wait, waits for it. */
export async function readFollowed(
  c: Context<AppEnv>,
  followed: Followed | null,
  list: (db: Database) => Promise<RowPage>,
): Promise<Result<RowPage, string>> {
  if (followed === null) return read(c, list);
  c.header("Vary", "Prefer", { append: true });
  const seconds = mayWait(followed) ? waitPreference(c.req.header("Prefer")) : null;
  if (seconds === null) return read(c, list);
  c.header("Preference-Applied", `wait=${seconds}`);
  const start = Date.now();
  const waiting = { env: c.env, tenant: c.get("principal").tenant_id, seconds, signal: c.req.raw.signal };
  const page = await readWaiting(followed, waiting, (at) => read(c, list, at));
  c.get("timings").push(["wait", Date.now() - start]);
  return page;
}
