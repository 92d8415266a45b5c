import type { Context } from "hono";
import type { AnswerOf } from "../contract/answer-types.ts";
import type { closed, closingList, closingPreview } from "../contract/closing/answers.ts";
import type { Closing } from "../domain/closing/closing.ts";
import type { Warning } from "../domain/closing/warnings.ts";
import type { Problem } from "../domain/core/problem.ts";
import { ok, type Result } from "../domain/core/result.ts";
import { nameOfAccount } from "../domain/ledger/account-names.ts";
import { isoTime } from "../domain/ledger/entry.ts";
import type { AppEnv } from "../http/app-env.ts";
import type { RouteHandlers } from "../http/handler.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import { invalidQuery } from "../http/query.ts";
import { previewOf } from "../reads/closing-preview.ts";
import { warningsOf } from "../reads/closing-warnings.ts";
import { readFrom } from "../reads/session.ts";
import { readClosings, readLastClosing } from "../store/closing/closing.ts";
import { ask, read } from "./read.ts";
import { settleChange } from "./write.ts";

/** `/v1/closing` (docs/ledger.md#closed-periods). */
export const closingHandlers = {
  getClosing: async (c) => {
    const found = await read(c, (db) => readClosings(db, c.get("principal").tenant_id));
    return found.ok
      ? renderJson<typeof closingList>(c, closingsView(found.value))
      : invalidQuery(c, found.error);
  },
  previewClosing: async (c, { query: { closed_through: day } }) => {
    const found = await ask(c, (db) => previewOf(db, c.get("principal").tenant_id, day));
    if (!found.ok) return renderProblem(c, found.error);
    const { names, balances, ...others } = found.value;
    return renderJson<typeof closingPreview>(c, {
      ...others,
      balances: balances.map(({ currency, account_code, total: { dr_minor, cr_minor } }) => ({
        ...{ currency, account_code, account_name: nameOfAccount(names, account_code) },
        ...{ dr_balance_minor: dr_minor.toString(), cr_balance_minor: cr_minor.toString() },
      })),
    });
  },
  putClosing: async (c, { body }) => {
    const found = await warningsFor(c, body.closed_through);
    if (!found.ok) return renderProblem(c, found.error);
    const warnings = found.value;
    const settled = await settleChange(c, { type: "close", ...body, warnings }, c.get("body"));
    if (!settled.ok) return renderProblem(c, settled.error);
    const { value } = settled;
    if (value.kind === "unchanged") return unchanged(c, warnings, value.bookmark);
    if (value.answer.answer === null) throw new Error("an event of a closing keeps its answer");
    const answer: AnswerOf<typeof closed> = JSON.parse(value.answer.answer);
    return renderJson<typeof closed>(c, answer);
  },
} satisfies Partial<RouteHandlers>;

/** What may be unfinished up to the day; nothing where no day is to be closed. A day to come is refused later. */
async function warningsFor(
  c: Context<AppEnv>,
  day: string | null,
): Promise<Result<readonly Warning[], Problem>> {
  if (day === null) return ok([]);
  const { tenant_id } = c.get("principal");
  const found = await readFrom(c.env, tenant_id, "first-primary", (db) => warningsOf(db, tenant_id, day));
  return found.value;
}

/** The closing that held already. */
async function unchanged(
  c: Context<AppEnv>,
  warnings: readonly Warning[],
  bookmark: string | null,
): Promise<Response> {
  const found = await read(c, (db) => readLastClosing(db, c.get("principal").tenant_id), bookmark);
  if (!found.ok) return invalidQuery(c, found.error);
  const { closed_through = null, event_id = null, sequence = null } = found.value ?? {};
  return renderJson<typeof closed>(c, {
    closed_through,
    previous: closed_through,
    event_id,
    sequence,
    warnings,
  });
}

const closingsView = (all: readonly Closing[]): AnswerOf<typeof closingList> => ({
  closed_through: all[0]?.closed_through ?? null,
  closings: all.map(({ closed_through, closed_at, actor, note, sequence, trial_balance_hash }) => ({
    closed_through,
    closed_at: isoTime(closed_at),
    actor,
    note,
    sequence,
    trial_balance_hash,
  })),
});
