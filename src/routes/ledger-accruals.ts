import { Hono } from "hono";
import { parsePreview, previewView } from "../contract/ledger/accruals.ts";
import type { AppEnv } from "../http/app-env.ts";
import { authorized } from "../http/authentication.ts";
import { jsonBodyUpTo, parsedBody } from "../http/body.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import { noQuery } from "../http/query.ts";
import { previewAccrual } from "../reads/accrual-preview.ts";
import { ask } from "./read.ts";

/** Room for 2,000 ids. */
const PREVIEW_BYTES_MAX = 512 * 1024;

/** `POST /v1/accruals/preview` (docs/ledger.md#accruals): a question, not an event, so it needs no Idempotency-Key. */
export const accrualRoutes = new Hono<AppEnv>().post(
  "/preview",
  jsonBodyUpTo(PREVIEW_BYTES_MAX),
  authorized("hpts:accruals:write", "walk"),
  noQuery,
  parsedBody,
  async (c) => {
    const asked = parsePreview(c.get("body"));
    if (!asked.ok) return renderProblem(c, asked.error);
    const preview = await ask(c, (db) => previewAccrual(db, c.get("principal").tenant_id, asked.value));
    if (!preview.ok) return renderProblem(c, preview.error);
    const { loans, next_cursor } = preview.value;
    return renderJson(c, previewView(asked.value, loans, next_cursor));
  },
);
