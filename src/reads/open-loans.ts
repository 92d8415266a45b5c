import type { Problem } from "../domain/core/problem.ts";
import { err, ok, type Result } from "../domain/core/result.ts";
import { NOTHING_MORE } from "../domain/position/attributes.ts";
import type { SelectableLoan } from "../domain/position/from-records.ts";
import { measureOf } from "../domain/position/measure.ts";
import { payoffOn } from "../domain/position/payoff.ts";
import { ready } from "../domain/position/ready.ts";
import { toleratedArrears } from "../domain/position/tolerance.ts";
import type { Database } from "../store/d1/session.ts";
import { disbursementsOfClient } from "../store/position/of-client.ts";
import { type InForce, settingsInForce } from "./in-force.ts";
import { listedLoans } from "./past-loans.ts";

const LOANS_OF_A_CALL = 100;
const AS_THEY_ARE = { known: null, wanted: NOTHING_MORE };
const TOO_LARGE: Problem = {
  code: "too_large",
  detail: "A disbursement of the client has too many payments to tell what it owes.",
};

/** Whether some live disbursement of a client owes more today than the tenant tolerates (docs/privacy.md). */
export async function owesMore(
  db: Database,
  tenant: string,
  client_id: string,
): Promise<Result<boolean, Problem>> {
  const inForce = await settingsInForce(db, tenant, null);
  const ids = await disbursementsOfClient(db, tenant, client_id);
  for (let start = 0; start < ids.length; start += LOANS_OF_A_CALL) {
    const read = await listedLoans(db, tenant, ids.slice(start, start + LOANS_OF_A_CALL), AS_THEY_ARE);
    if (read === "too_large") return err(TOO_LARGE);
    if (read.loans.some((one) => isOpen(one, inForce))) return ok(true);
  }
  return ok(false);
}

/** What would pay it off is more than is tolerated. One that has not begun owes nothing yet. */
function isOpen({ loan }: SelectableLoan, { settings, calendar, today }: InForce): boolean {
  const owed = payoffOn(ready(loan, calendar), today, "none");
  if (!owed.ok) return false;
  const { tolerance } = measureOf({}, settings);
  const { total, principal } = owed.value;
  return total > toleratedArrears(tolerance, loan.disbursement.currency, principal);
}
