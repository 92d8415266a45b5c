import type { Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import { disagreements } from "../domain/proof/proof.ts";
import { toldLoan } from "../domain/proof/told.ts";
import { readBothSides } from "../store/bookkeeping/proof.ts";
import type { Database } from "../store/d1/session.ts";
import { settingsInForce } from "./in-force.ts";
import { paged, startAfter } from "./pages.ts";

/** Disbursements that one page of the proof compares. */
const LOANS_OF_A_PAGE = 100;

const TOO_MANY_EVENTS: Problem = {
  code: "too_large",
  detail: "A disbursement and its payments have more events than can be read at once.",
};

/** A disbursement for which a figure of the records differs from that of the books. */
export type Difference = ReturnType<typeof disagreements>[number] & {
  readonly disbursement_id: string;
  readonly sequence: number;
};

interface Compared {
  readonly differences: readonly Difference[];
  readonly compared: number;
  readonly next_cursor: string | undefined;
}

/** Compares the next booked disbursements with their books as of a day (docs/bookkeeping.md#the-switch). */
export function compareBooks(
  db: Database,
  tenant: string,
  day: string,
  cursor: string | undefined,
): Promise<Result<Compared, Problem>> {
  return paged({ identity: ["proof", tenant, day], cursor }, async (start) => {
    const [{ calendar }, page] = await Promise.all([
      settingsInForce(db, tenant, null),
      readBothSides(db, tenant, { after: start?.after?.[0] ?? "", day, limit: LOANS_OF_A_PAGE }),
    ]);
    if (page === "too_large") return err(TOO_MANY_EVENTS);
    const booked = page.loans.filter(({ follows_records }) => follows_records);
    const differences = booked.flatMap(({ disbursement_id, events, sums, updated_seq: sequence }) =>
      disagreements(toldLoan(events, calendar), sums, day).map((one) => ({
        disbursement_id,
        ...one,
        sequence,
      })),
    );
    return ok({
      differences,
      compared: booked.length,
      next: page.end === null ? null : startAfter(page.end),
    });
  });
}
