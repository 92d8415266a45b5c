import { Hono } from "hono";
import { html } from "hono/html";
import { isProblemCode, PROBLEMS } from "../contract/problems.ts";
import type { AppEnv } from "../http/app-env.ts";
import { renderProblem } from "../http/problem.ts";

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem}
code{background:#eee;padding:.1em .3em;border-radius:3px}
@media (prefers-color-scheme:dark){body{background:#111;color:#eee}code{background:#333}a{color:#8cf}}`;

const page = (title: string, content: unknown) => html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>
<style>${style}</style></head>
<body>${content}</body>
</html>`;

/** The pages that a problem's `type` points to (RFC 9457, 3.1.1). */
export const problemRoutes = new Hono<AppEnv>()
  .get("/", (c) => {
    const rows = Object.entries(PROBLEMS).map(
      ([code, { status, title }]) =>
        html`<li><a href="/problems/${code}"><code>${code}</code></a> ${status} ${title}</li>`,
    );
    return c.html(page("Problems", html`<h1>Problems</h1><ul>${rows}</ul>`));
  })
  .get("/:code", (c) => {
    const code = c.req.param("code");
    if (!isProblemCode(code))
      return renderProblem(c, { code: "not_found", detail: "There is no such problem." });
    const { status, title, meaning, remedy } = PROBLEMS[code];
    const content = html`<h1>${title}</h1>
<p><code>${code}</code>, HTTP status ${status}</p>
<h2>What it means</h2><p>${meaning}</p>
<h2>What to do</h2><p>${remedy}</p>
<p><a href="/problems">All problems</a></p>`;
    return c.html(page(title, content));
  });
