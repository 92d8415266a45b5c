import type { Context } from "hono";
import { accepts } from "hono/accepts";
import { CSV_TYPE } from "../contract/csv.ts";
import type { AppEnv, Guard } from "./app-env.ts";

const JSON_TYPE = "application/json";

/** True when the caller prefers CSV to JSON; JSON when it does not say, or wants neither. */
export const wantsCsv = (c: Context): boolean =>
  accepts(c, { header: "Accept", supports: [JSON_TYPE, "text/csv"], default: JSON_TYPE }) === "text/csv";

/** Tells caches that the answer depends on `Accept` (RFC 9110 section 12.5.5). */
export const variesByAccept: Guard = (c) => {
  c.header("Vary", "Accept");
  return undefined;
};

interface NextPage {
  readonly cursor: string | null | undefined;
  /** The name under which the route takes the cursor. */
  readonly parameter: string;
}

/** Answers with a page as CSV, and names the next page in the `Link` header (RFC 8288). */
export function renderCsv(c: Context<AppEnv>, text: string, name: string, next?: NextPage): Response {
  if (next?.cursor) {
    const url = new URL(c.req.url);
    url.searchParams.set(next.parameter, next.cursor);
    c.header("Link", `<${url.href}>; rel="next"`);
  }
  return c.body(text, 200, {
    "Content-Type": CSV_TYPE,
    "Content-Disposition": `attachment; filename="${name}.csv"`,
  });
}
