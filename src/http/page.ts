import type { Context } from "hono";
import { html, raw } from "hono/html";
import type { AppEnv } from "./app-env.ts";

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem}
code,pre{background:#eee;padding:.1em .3em;border-radius:3px}
pre{padding:.6em .8em;overflow-x:auto}
pre code{background:none;padding:0}
@media (prefers-color-scheme:dark){body{background:#111;color:#eee}code,pre{background:#333}a{color:#8cf}}`;

let policy: Promise<string> | undefined;

/**
 * Nothing may load, run, or frame the page; the one style sheet is allowed by its hash (CSP level 3). `data:` is for the
 * empty icon, without which a browser asks for /favicon.ico.
 */
async function contentSecurityPolicy(): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(STYLE));
  const hash = new Uint8Array(digest).toBase64();
  return `default-src 'none'; img-src data:; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
}

/** The headers of every HTML page beside its own content security policy. */
export const PAGE_HEADERS = {
  "X-Frame-Options": "DENY",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
} as const;

/** Answers with a static HTML page; `content` comes from the `html` template, which escapes. */
export async function renderPage(c: Context<AppEnv>, title: string, content: unknown): Promise<Response> {
  policy ??= contentSecurityPolicy();
  c.header("Content-Security-Policy", await policy);
  for (const [name, value] of Object.entries(PAGE_HEADERS)) c.header(name, value);
  return c.html(html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>
<link rel="icon" href="data:,">
<style>${raw(STYLE)}</style></head>
<body>${content}</body>
</html>`);
}
