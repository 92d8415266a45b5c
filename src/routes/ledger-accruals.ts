import { type Context, Hono } from "hono";
import { decodeCursor, encodeCursor } from "../contract/cursor.ts";
import { type PreviewRequest, parsePreview, previewView } from "../contract/ledger/accruals.ts";
import { ACCRUAL_LOANS_MAX } from "../contract/ledger/bodies.ts";
import type { FieldError, Problem } from "../domain/core/problem.ts";
import { invalid } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import { interestOfDay, scaledRate } from "../domain/ledger/interest.ts";
import { currencyMismatch, unknownLoan } from "../domain/ledger/refusals.ts";
import type { AppEnv } from "../http/app-env.ts";
import { authorized } from "../http/authentication.ts";
import { jsonBodyUpTo, parsedBody } from "../http/body.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import { invalidQuery, noQuery } from "../http/query.ts";
import { type LoanPrincipal, principalsAfter, principalsOf } from "../store/ledger/principals.ts";
import { read } from "./read.ts";

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
    const { loans } = asked.value;
    return loans ? previewLoans(c, asked.value, loans) : previewPage(c, asked.value);
  },
);

async function previewLoans(
  c: Context<AppEnv>,
  asked: PreviewRequest,
  loans: readonly string[],
): Promise<Response> {
  const { tenant_id } = c.get("principal");
  const found = await read(c, (db) => principalsOf(db, tenant_id, loans, asked.accrual_date));
  if (!found.ok) return invalidQuery(c, found.error);
  const errors = loans.flatMap((loan_id, index): FieldError[] => {
    const loan = found.value.get(loan_id);
    if (!loan) return [unknownLoan(`loans.${index}`)];
    return loan.currency === asked.currency ? [] : [currencyMismatch(`loans.${index}`, loan.currency)];
  });
  if (errors.length > 0) return renderProblem(c, invalid(errors));
  return answer(c, asked, [...found.value.values()], undefined);
}

async function previewPage(c: Context<AppEnv>, asked: PreviewRequest): Promise<Response> {
  const { tenant_id } = c.get("principal");
  const { currency, accrual_date } = asked;
  const identity = JSON.stringify([tenant_id, "accruals", accrual_date, currency]);
  const after = await startOf(identity, asked.page_token);
  if (!after.ok) return renderProblem(c, after.error);
  const page = await read(c, (db) =>
    principalsAfter(db, tenant_id, {
      currency,
      day: accrual_date,
      after: after.value,
      limit: ACCRUAL_LOANS_MAX,
    }),
  );
  if (!page.ok) return invalidQuery(c, page.error);
  const { loans, end } = page.value;
  const next = end === null ? undefined : await encodeCursor(identity, { after: [end], stretch: null });
  return answer(c, asked, loans, next);
}

/** The loan id after which a page starts. */
async function startOf(identity: string, token: string | null | undefined): Promise<Result<string, Problem>> {
  if (!token) return ok("");
  const position = await decodeCursor(identity, token);
  const after = position?.after?.[0];
  if (after) return ok(after);
  const message = "must be the next_page_token of a page of this accrual_date and currency";
  return err(invalid([{ field: "page_token", code: "invalid_value", message }]));
}

function answer(
  c: Context<AppEnv>,
  asked: PreviewRequest,
  principals: readonly LoanPrincipal[],
  next: string | undefined,
): Response {
  const rate = scaledRate(asked.annual_rate);
  const { day_count_convention, accrual_date } = asked;
  const loans = principals.map(({ loan_id, principal_minor }) => ({
    loan_id,
    outstanding_principal_minor: principal_minor,
    interest_minor: interestOfDay(principal_minor, rate, day_count_convention, accrual_date),
  }));
  return renderJson(c, previewView(asked, loans, next));
}
