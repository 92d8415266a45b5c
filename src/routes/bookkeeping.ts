import { type Context, Hono } from "hono";
import {
  type ExceptionsQuery,
  exceptionsQuery,
  type ProofQuery,
  parseSwitch,
  proofQuery,
} from "../contract/bookkeeping/bodies.ts";
import { decodeCursor, encodeCursor } from "../contract/cursor.ts";
import { queryNames } from "../contract/ledger/queries.ts";
import { amountIn } from "../contract/position/view.ts";
import { disagreements, type Exception, exceptionsOf, placeOf } from "../domain/bookkeeping/compare.ts";
import { dayAt } from "../domain/position/days.ts";
import type { AppEnv } from "../http/app-env.ts";
import { authorized } from "../http/authentication.ts";
import { jsonBodyOnly, parsedBody } from "../http/body.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import { invalidQuery, noQuery, query } from "../http/query.ts";
import { readBothSides } from "../store/bookkeeping/compare.ts";
import { readSwitch, type Switch } from "../store/bookkeeping/switch.ts";
import type { Database } from "../store/d1/session.ts";
import { PAYMENTS_OF_A_LOAN_MAX } from "../store/position/loans.ts";
import { keepBooks } from "../tenant/client.ts";
import { read } from "./read.ts";
import { tooLarge } from "./survey.ts";

/** Disbursements that one page of the proof compares, and that one step of the exceptions reads. */
const LOANS_OF_A_PAGE = 100;
/** Disbursements that one request for exceptions reads: it then answers what it has. */
const LOANS_EXAMINED_MAX = 2_000;
const LAST_DAY = "9999-12-31";

/** `/v1/bookkeeping…` (docs/bookkeeping.md#the-switch). */
export const bookkeepingRoutes = new Hono<AppEnv>()
  .get("/", authorized("hpts:ledger:read"), noQuery, async (c) => {
    const found = await read(c, (db) => readSwitch(db, c.get("principal").tenant_id));
    return found.ok ? renderJson(c, switchView(found.value)) : invalidQuery(c, found.error);
  })
  .put("/", jsonBodyOnly, authorized("hpts:adjustments:write"), noQuery, parsedBody, async (c) => {
    const mode = parseSwitch(c.get("body"));
    if (!mode.ok) return renderProblem(c, mode.error);
    const { tenant_id, jurisdiction } = c.get("principal");
    const { trace_id } = c.get("trace");
    const kept = await keepBooks(c.env, { tenant: tenant_id, jurisdiction, trace_id }, mode.value);
    if (!kept.ok) return renderProblem(c, kept.error);
    return renderJson(c, switchView(kept.value), kept.value.place === null ? 200 : 202);
  })
  .get(
    "/exceptions",
    authorized("hpts:ledger:read", "walk"),
    query(exceptionsQuery, queryNames(exceptionsQuery)),
    (c) => listExceptions(c, c.req.valid("query")),
  )
  .get(
    "/proof",
    authorized("hpts:reconciliation:read", "walk"),
    query(proofQuery, queryNames(proofQuery)),
    (c) => prove(c, c.req.valid("query")),
  );

const switchView = ({ mode, since_sequence, done, total }: Switch) => ({
  mode,
  since_sequence,
  progress: { done, total },
});

async function prove(c: Context<AppEnv>, asked: ProofQuery): Promise<Response> {
  const tenant = c.get("principal").tenant_id;
  const { as_of_date = dayAt(Date.now()), cursor } = asked;
  const identity = JSON.stringify(["proof", tenant, asked.as_of_date]);
  const place = cursor === undefined ? null : await decodeCursor(identity, cursor);
  if (cursor !== undefined && !place) return invalidQuery(c, "cursor belongs to another query");
  const after = place?.after?.[0] ?? "";
  const found = await read(c, (db) =>
    readBothSides(db, tenant, { after, day: as_of_date, limit: LOANS_OF_A_PAGE }),
  );
  if (!found.ok) return invalidQuery(c, found.error);
  if (found.value === "too_large") return tooManyPayments(c);
  const booked = found.value.loans.filter(({ follows_records }) => follows_records);
  const differences = booked.flatMap(({ loan, sums }) =>
    disagreements(loan, sums, as_of_date).map(({ records_minor, books_minor, ...one }) => ({
      disbursement_id: loan.disbursement.disbursement_id,
      ...one,
      records_minor: records_minor.toString(),
      books_minor: books_minor.toString(),
      sequence: loan.updated_seq,
    })),
  );
  const { end } = found.value;
  const next_cursor =
    end === null ? undefined : await encodeCursor(identity, { after: [end], stretch: null });
  return renderJson(c, { as_of_date, differences, compared: booked.length, next_cursor });
}

const tooManyPayments = (c: Context<AppEnv>) =>
  tooLarge(c, `A disbursement has more than ${PAYMENTS_OF_A_LOAN_MAX} paid payments.`);

async function listExceptions(c: Context<AppEnv>, { limit, cursor }: ExceptionsQuery): Promise<Response> {
  const tenant = c.get("principal").tenant_id;
  const identity = JSON.stringify(["bookkeeping exceptions", tenant]);
  const place = cursor === undefined ? null : await decodeCursor(identity, cursor);
  if (cursor !== undefined && !place) return invalidQuery(c, "cursor belongs to another query");
  const [before, partial, inside] = place?.after ?? [];
  const from: Place = { before: before ?? "", partial: partial ?? "", inside: inside ?? "" };
  const found = await read(c, async (db) => {
    const { mode } = await readSwitch(db, tenant);
    return mode === "off" ? { exceptions: [], end: null } : walk(db, tenant, from, limit);
  });
  if (!found.ok) return invalidQuery(c, found.error);
  if (found.value === "too_large") return tooManyPayments(c);
  const { exceptions, end } = found.value;
  const shown = exceptions.slice(0, limit);
  const isCut = end !== null && exceptions.length <= limit;
  const next = isCut ? { before: end, partial: "", inside: "" } : placeAfter(from, exceptions, shown);
  const next_cursor =
    next &&
    (await encodeCursor(identity, { after: [next.before, next.partial, next.inside], stretch: null }));
  return renderJson(c, {
    data: shown.map(exceptionView),
    pagination: {
      limit,
      has_more: next !== null,
      next_cursor: next_cursor ?? undefined,
      searched_all: isCut ? false : undefined,
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

/** Where a page ended: after a disbursement all of whose exceptions are shown, and within a later one. */
interface Place {
  readonly before: string;
  /** The disbursement that was shown in part; empty for none. */
  readonly partial: string;
  readonly inside: string;
}

/** Null where all that was found is shown. */
function placeAfter(
  from: Place,
  exceptions: readonly Exception[],
  shown: readonly Exception[],
): Place | null {
  const last = shown.at(-1);
  if (!last || shown.length === exceptions.length) return null;
  const partial = last.disbursement_id;
  const whole = shown.findLast(({ disbursement_id }) => disbursement_id !== partial);
  return { before: whole?.disbursement_id ?? from.before, partial, inside: placeOf(last) };
}

interface Walked {
  readonly exceptions: readonly Exception[];
  /** The disbursement after which the walk continues; null when it has seen all. */
  readonly end: string | null;
}

/** Reads on until there are more exceptions than a page shows, or enough was read. */
async function walk(
  db: Database,
  tenant: string,
  { before, partial, inside }: Place,
  limit: number,
): Promise<Walked | "too_large"> {
  const exceptions: Exception[] = [];
  let end: string | null = before;
  let isShown = partial !== "";
  for (let read = 0; end !== null && exceptions.length <= limit && read < LOANS_EXAMINED_MAX; ) {
    const page = await readBothSides(db, tenant, { after: end, day: LAST_DAY, limit: LOANS_OF_A_PAGE });
    if (page === "too_large") return page;
    for (const { loan, follows_records } of page.loans) {
      const found = exceptionsOf(loan, follows_records);
      const isPartial = loan.disbursement.disbursement_id === partial;
      if (isPartial) exceptions.push(...found.filter((one) => placeOf(one) > inside));
      else if (!isShown) exceptions.push(...found);
      if (isPartial) isShown = false;
    }
    read += page.loans.length;
    end = page.end;
  }
  return { exceptions, end };
}
