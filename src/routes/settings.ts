import type { settings } from "../contract/settings/answers.ts";
import type { RouteHandlers } from "../http/handler.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import { invalidQuery } from "../http/query.ts";
import { readSettings } from "../store/settings/settings.ts";
import { read } from "./read.ts";
import { settleWrite } from "./write.ts";

/** The tenant's own settings (docs/api.md#settings). */
export const settingsHandlers = {
  getSettings: async (c) => {
    const found = await read(c, (db) => readSettings(db, c.get("principal").tenant_id));
    return found.ok ? renderJson<typeof settings>(c, found.value) : invalidQuery(c, found.error);
  },
  putSettings: async (c, { body: change }) => {
    const settled = await settleWrite(c, { type: "settings", change }, c.get("body"));
    if (!settled.ok) return renderProblem(c, settled.error);
    const { answer } = settled.value.answer;
    if (answer === null) throw new Error("an event of settings keeps its answer");
    return renderJson<typeof settings>(c, JSON.parse(answer));
  },
} satisfies Partial<RouteHandlers>;
