import type { Context } from "hono";
import type { bookkeepingState, exceptions, late, proof } from "../contract/bookkeeping/answers.ts";
import type { ExceptionsQuery, LateQuery, ProofQuery } from "../contract/bookkeeping/bodies.ts";
import { amountIn } from "../contract/position/view.ts";
import { RECORDS_BANK } from "../domain/bookkeeping/entries.ts";
import type { Exception } from "../domain/bookkeeping/exceptions.ts";
import { ok } from "../domain/core/result.ts";
import type { AppEnv } from "../http/app-env.ts";
import type { RouteHandlers } from "../http/handler.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import { invalidQuery } from "../http/query.ts";
import { findExceptions } from "../reads/exceptions.ts";
import { findLate } from "../reads/late.ts";
import { compareBooks, type Difference } from "../reads/proof.ts";
import { todayOf } from "../reads/today.ts";
import { readSwitch, type Switch } from "../store/bookkeeping/switch.ts";
import { ask, read } from "./read.ts";
import { settleChange } from "./write.ts";

/** `/v1/bookkeeping…` (docs/bookkeeping.md#the-switch). */
export const bookkeepingHandlers = {
  getBookkeeping: async (c) => {
    const found = await read(c, (db) => readSwitch(db, c.get("principal").tenant_id));
    return found.ok
      ? renderJson<typeof bookkeepingState>(c, switchView(found.value))
      : invalidQuery(c, found.error);
  },
  putBookkeeping: async (c, { body: { mode, settle, bank_account_ref } }) => {
    const settle_bank = settle === "by_hand" ? null : (bank_account_ref ?? RECORDS_BANK);
    const settled = await settleChange(c, { type: "switch", mode, settle_bank, above: 0 }, c.get("body"));
    if (!settled.ok) return renderProblem(c, settled.error);
    const { tenant_id } = c.get("principal");
    const found = await read(c, (db) => readSwitch(db, tenant_id), settled.value.bookmark);
    if (!found.ok) return invalidQuery(c, found.error);
    const status = found.value.place === null ? 200 : 202;
    return renderJson<typeof bookkeepingState>(c, switchView(found.value), status);
  },
  listBookkeepingExceptions: (c, { query }) => listExceptions(c, query),
  listLateEntries: (c, { query }) => listLate(c, query),
  proveBookkeeping: (c, { query }) => prove(c, query),
} satisfies Partial<RouteHandlers>;

const switchView = ({ mode, settle_bank, since_sequence, done, total }: Switch) => ({
  mode,
  settle: settle_bank === null ? ("by_hand" as const) : ("on_disbursement" as const),
  bank_account_ref: settle_bank,
  since_sequence,
  progress: { done, total },
});

async function prove(c: Context<AppEnv>, { as_of_date, cursor }: ProofQuery): Promise<Response> {
  const tenant = c.get("principal").tenant_id;
  const found = await ask(c, async (db) => {
    const day = as_of_date ?? (await todayOf(db, tenant));
    const proved = await compareBooks(db, tenant, day, cursor);
    return proved.ok ? ok({ day, ...proved.value }) : proved;
  });
  if (!found.ok) return renderProblem(c, found.error);
  const { day, differences, ...others } = found.value;
  return renderJson<typeof proof>(c, {
    as_of_date: day,
    differences: differences.map(differenceView),
    ...others,
  });
}

const differenceView = ({ records_minor, books_minor, sequence, ...one }: Difference) => ({
  ...one,
  records_minor: records_minor.toString(),
  books_minor: books_minor.toString(),
  sequence,
});

async function listExceptions(c: Context<AppEnv>, asked: ExceptionsQuery): Promise<Response> {
  const found = await ask(c, (db) => findExceptions(db, c.get("principal").tenant_id, asked));
  if (!found.ok) return renderProblem(c, found.error);
  const { shown, next_cursor, searched_all } = found.value;
  return renderJson<typeof exceptions>(c, {
    data: shown.map(exceptionView),
    pagination: {
      limit: asked.limit,
      has_more: next_cursor !== undefined,
      next_cursor,
      searched_all: searched_all ? undefined : false,
    },
  });
}

/** An exception as JSON, its amount exact in major units. */
const exceptionView = ({ payment_id, amount_minor, currency, sequence, ...one }: Exception) => ({
  disbursement_id: one.disbursement_id,
  payment_id: payment_id ?? undefined,
  reason: one.reason,
  amount: amountIn(currency)(amount_minor),
  currency,
  sequence,
});

async function listLate(c: Context<AppEnv>, asked: LateQuery): Promise<Response> {
  const found = await ask(c, (db) => findLate(db, c.get("principal").tenant_id, asked));
  if (!found.ok) return renderProblem(c, found.error);
  const { shown, next_cursor } = found.value;
  return renderJson<typeof late>(c, {
    data: shown.map(({ position: _, ...one }) => one),
    pagination: { limit: asked.limit, has_more: next_cursor !== undefined, next_cursor },
  });
}
