import { type Handler, Hono } from "hono";
import type { AppEnv } from "../http/app-env.ts";

/** Nothing from elsewhere, nothing inline, nothing that frames or is framed (docs/pages.md#policies). */
const CONSOLE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Serves a page that src/pages/build.mjs built, under the Worker's own headers. */
function page(name: string, policy: string): Handler<AppEnv> {
  return async (c) => {
    const conditions = new Headers();
    const known = c.req.header("If-None-Match");
    if (known !== undefined) conditions.set("If-None-Match", known);
    const asset = await c.env.ASSETS.fetch(new URL(`/${name}.html`, c.req.url), { headers: conditions });
    if (asset.status !== 304 && (asset.status !== 200 || asset.body === null))
      throw new Error(`the page ${name} was not built`);
    const headers = {
      "Content-Security-Policy": policy,
      "Referrer-Policy": "no-referrer",
      "X-Content-Type-Options": "nosniff",
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Resource-Policy": "same-origin",
      // The page names its scripts by their hash, so it must be asked for anew after a deployment.
      "Cache-Control": "no-cache",
      "Content-Type": "text/html; charset=utf-8",
    };
    for (const [header, value] of Object.entries(headers)) c.header(header, value);
    const etag = asset.headers.get("ETag");
    if (etag !== null) c.header("ETag", etag);
    return asset.body === null ? c.body(null, 304) : c.body(asset.body, 200);
  };
}

/** Pages for people; whoever may see their data holds a token, and the page itself is open (docs/pages.md). */
export const pageRoutes = new Hono<AppEnv>().get("/console", page("console", CONSOLE_POLICY));
