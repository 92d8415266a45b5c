import { html } from "hono/html";
import { isProblemCode, PROBLEMS } from "../contract/problems.ts";
import type { RouteHandlers } from "../http/handler.ts";
import { renderPage } from "../http/page.ts";
import { renderProblem } from "../http/problem.ts";

/** The pages that a problem's `type` points to (RFC 9457, 3.1.1). */
export const problemHandlers = {
  listProblems: (c) => {
    const rows = Object.entries(PROBLEMS).map(
      ([code, { status, title }]) =>
        html`<li><a href="/problems/${code}"><code>${code}</code></a> ${status} ${title}</li>`,
    );
    return renderPage(c, "Problems", html`<h1>Problems</h1><ul>${rows}</ul>`);
  },
  explainProblem: (c, { path: { code } }) => {
    if (!isProblemCode(code))
      return renderProblem(c, { code: "not_found", detail: "This problem code does not exist." });
    const { status, title, meaning, remedy } = PROBLEMS[code];
    const content = html`<h1>${title}</h1>
<p><code>${code}</code>, HTTP status ${status}</p>
<h2>What it means</h2><p>${meaning}</p>
<h2>What to do</h2><p>${remedy}</p>
<p><a href="/problems">All problems</a></p>`;
    return renderPage(c, title, content);
  },
} satisfies Partial<RouteHandlers>;
