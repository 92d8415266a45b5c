import type { ExceptionsQuery } from "../contract/bookkeeping/bodies.ts";
import { type Exception, exceptionsOf, placeOf } from "../domain/bookkeeping/exceptions.ts";
import type { Calendar } from "../domain/core/calendar.ts";
import type { Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import { readBookedRecords } from "../store/bookkeeping/recorded.ts";
import { readSwitch } from "../store/bookkeeping/switch.ts";
import type { Database } from "../store/d1/session.ts";
import { PAYMENTS_OF_A_LOAN_MAX } from "../store/position/loan-rows.ts";
import { settingsInForce } from "./in-force.ts";
import { paged, splitPage, startAfter } from "./pages.ts";

/** Disbursements that one step of the exceptions reads. */
const LOANS_OF_A_STEP = 100;
/** Disbursements that one request for exceptions reads: it then answers what it has. */
const LOANS_EXAMINED_MAX = 2_000;

const TOO_MANY_PAYMENTS: Problem = {
  code: "too_large",
  detail: `A disbursement has more than ${PAYMENTS_OF_A_LOAN_MAX} paid payments.`,
};

interface FoundExceptions {
  readonly shown: readonly Exception[];
  readonly searched_all: boolean;
  readonly next_cursor: string | undefined;
}

/**
 * What the books cannot say of the records (docs/bookkeeping.md#exceptions). Once bookkeeping is off, only loans that are in the
 * books have exceptions.
 */
export function findExceptions(
  db: Database,
  tenant: string,
  { limit, cursor }: ExceptionsQuery,
): Promise<Result<FoundExceptions, Problem>> {
  return paged({ identity: ["bookkeeping exceptions", tenant], cursor }, async (start) => {
    const [before, partial, inside] = start?.after ?? [];
    const from: ExceptionPlace = { before: before ?? "", partial: partial ?? "", inside: inside ?? "" };
    const [{ mode, version }, { calendar }] = await Promise.all([
      readSwitch(db, tenant),
      settingsInForce(db, tenant, null),
    ]);
    const onlyBooked = mode === "off";
    const found =
      version === 0
        ? { exceptions: [], end: null }
        : await walk(db, tenant, from, { limit, calendar, onlyBooked });
    if (found === "too_large") return err(TOO_MANY_PAYMENTS);
    const { exceptions, end } = found;
    const { shown } = splitPage(exceptions, limit);
    const isCut = end !== null && exceptions.length <= limit;
    const next = isCut ? { before: end, partial: "", inside: "" } : placeAfter(from, exceptions, shown);
    return ok({
      shown,
      searched_all: !isCut,
      next: next && startAfter(next.before, next.partial, next.inside),
    });
  });
}

/** Where a page ended: after a disbursement all of whose exceptions are shown, and within a later one. */
interface ExceptionPlace {
  readonly before: string;
  /** The disbursement that was shown in part; empty for none. */
  readonly partial: string;
  readonly inside: string;
}

/** Null where all that was found is shown. */
function placeAfter(
  from: ExceptionPlace,
  exceptions: readonly Exception[],
  shown: readonly Exception[],
): ExceptionPlace | null {
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

interface Walking {
  readonly limit: number;
  readonly calendar: Calendar;
  readonly onlyBooked: boolean;
}

/** Reads on until there are more exceptions than a page shows, or enough was read. */
async function walk(
  db: Database,
  tenant: string,
  { before, partial, inside }: ExceptionPlace,
  { limit, calendar, onlyBooked }: Walking,
): Promise<Walked | "too_large"> {
  const exceptions: Exception[] = [];
  let end: string | null = before;
  let isShown = partial !== "";
  for (let read = 0; end !== null && exceptions.length <= limit && read < LOANS_EXAMINED_MAX; ) {
    const page = await readBookedRecords(db, tenant, { after: end, limit: LOANS_OF_A_STEP });
    if (page === "too_large") return page;
    for (const { loan, follows_records } of page.loans) {
      const isShownNow = follows_records !== null || !onlyBooked;
      const found = isShownNow ? exceptionsOf(loan, follows_records ?? true, calendar) : [];
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
