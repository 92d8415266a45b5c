import { previewView } from "../contract/ledger/accruals.ts";
import type { accrualPreview } from "../contract/ledger/answers.ts";
import type { RouteHandlers } from "../http/handler.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import { previewAccrual } from "../reads/accrual-preview.ts";
import { ask } from "./read.ts";

/** `POST /v1/accruals/preview` (docs/ledger.md#accruals). */
export const accrualHandlers = {
  previewAccruals: async (c, { body }) => {
    const preview = await ask(c, (db) => previewAccrual(db, c.get("principal").tenant_id, body));
    if (!preview.ok) return renderProblem(c, preview.error);
    return renderJson<typeof accrualPreview>(c, previewView(body, preview.value));
  },
} satisfies Partial<RouteHandlers>;
