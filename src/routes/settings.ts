import type { settings } from "../contract/settings/answers.ts";
import { settingsVersion } from "../domain/settings/settings.ts";
import type { RouteHandlers } from "../http/handler.ts";
import { etagOf } from "../http/precondition.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import { invalidQuery } from "../http/query.ts";
import { readSettings } from "../store/settings/settings.ts";
import { read } from "./read.ts";
import { settleWrite } from "./write.ts";

/** The tenant's own settings (docs/api.md#settings). */
export const settingsHandlers = {
  getSettings: async (c) => {
    const found = await read(c, (db) => readSettings(db, c.get("principal").tenant_id));
    if (!found.ok) return invalidQuery(c, found.error);
    c.header("ETag", etagOf(settingsVersion(found.value)));
    return renderJson<typeof settings>(c, found.value);
  },
  putSettings: async (c, { body: change }) => {
    const settled = await settleWrite(
      c,
      { type: "settings", change, expected: c.get("expected") },
      c.get("body"),
    );
    if (!settled.ok) return renderProblem(c, settled.error);
    const { answer } = settled.value.answer;
    if (answer === null) throw new Error("an event of settings keeps its answer");
    return renderJson<typeof settings>(c, JSON.parse(answer));
  },
} satisfies Partial<RouteHandlers>;
