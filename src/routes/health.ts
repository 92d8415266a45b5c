import { version } from "../../package.json";
import type { health } from "../contract/service/answers.ts";
import type { RouteHandlers } from "../http/handler.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import { isDatabaseReady } from "../store/session.ts";

const build = (env: Cloudflare.Env) => ({ version, git_sha: env.GIT_SHA ?? "unknown" });

/** Liveness and readiness, without a token (docs/api.md#ledger). */
export const healthHandlers = {
  live: (c) => renderJson<typeof health>(c, { status: "ok", ...build(c.env) }),
  ready: async (c) => {
    if (await isDatabaseReady(c.env)) return renderJson<typeof health>(c, { status: "ok", ...build(c.env) });
    return renderProblem(c, { code: "unavailable", detail: "The database did not answer." });
  },
} satisfies Partial<RouteHandlers>;
