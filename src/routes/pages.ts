import type { Context } from "hono";
import type { consoleSignIn } from "../contract/service/answers.ts";
import type { AppEnv } from "../http/app-env.ts";
import { refuse } from "../http/authentication.ts";
import type { RouteHandlers } from "../http/handler.ts";
import { PAGE_HEADERS } from "../http/page.ts";
import { renderJson } from "../http/problem.ts";
import { signInOf } from "../http/sign-in.ts";

/**
 * Nothing from elsewhere, nothing inline, nothing that frames or is framed (docs/pages.md#policies). `origins` may be
 * called besides the own one.
 */
const policy = (...origins: readonly string[]) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    ["connect-src 'self'", ...origins].join(" "),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");

/** Answers with a file that src/pages/build.mjs built, or 304 to a caller who has it. */
async function builtFile(c: Context<AppEnv>, path: string): Promise<Response> {
  const conditions = new Headers();
  const known = c.req.header("If-None-Match");
  if (known !== undefined) conditions.set("If-None-Match", known);
  const asset = await c.env.ASSETS.fetch(new URL(path, c.req.url), { headers: conditions });
  if (asset.status !== 304 && (asset.status !== 200 || asset.body === null)) {
    throw new Error(`the file ${path} was not built`);
  }
  // It names others by their hash, or changes itself, so it must be asked for anew after a deployment.
  c.header("Cache-Control", "no-cache");
  const etag = asset.headers.get("ETag");
  if (etag !== null) c.header("ETag", etag);
  return asset.body === null ? c.body(null, 304) : c.body(asset.body, 200);
}

/** Serves a page under the Worker's own headers. */
function page(name: string, origins: (env: Cloudflare.Env) => readonly string[] = () => []) {
  return (c: Context<AppEnv>): Promise<Response> => {
    const headers = {
      ...PAGE_HEADERS,
      "Content-Security-Policy": policy(...origins(c.env)),
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Resource-Policy": "same-origin",
      "Content-Type": "text/html; charset=utf-8",
    };
    for (const [header, value] of Object.entries(headers)) c.header(header, value);
    return builtFile(c, `/${name}.html`);
  };
}

/** Serves a built JSON document. */
function jsonFile(path: string) {
  return (c: Context<AppEnv>): Promise<Response> => {
    c.header("Content-Type", "application/json");
    return builtFile(c, path);
  };
}

/** The console may call the issuer where people sign in. Malformed settings open nothing; `consoleSignIn` says so. */
function issuerOrigins(env: Cloudflare.Env): readonly string[] {
  const signIn = signInOf(env);
  return signIn.ok && signIn.value !== null ? [new URL(signIn.value.issuer).origin] : [];
}

function answerSignIn(c: Context<AppEnv>): Response {
  const found = signInOf(c.env);
  if (!found.ok) return refuse(c, { kind: "misconfigured", ...found.error });
  return renderJson<typeof consoleSignIn>(c, { sign_in: found.value });
}

/** Pages for people: the page itself is open, its data needs a token (docs/pages.md). */
export const pageHandlers = {
  home: page("home"),
  console: page("console", issuerOrigins),
  consoleSignIn: answerSignIn,
  reference: page("docs"),
  openapi: jsonFile("/openapi.json"),
  mappingSchema: jsonFile("/schemas/mapping.json"),
} satisfies Partial<RouteHandlers>;
