import type { Day } from "../core/dates.ts";
import { divideHalfEven } from "../core/money.ts";
import { err, ok, type Result } from "../core/result.ts";
import { dueAt } from "./arrears.ts";
import { daysBetween } from "./days.ts";
import { isUpfront } from "./installment.ts";
import { atLeastZero, lesser, type Parts, sumOf } from "./parts.ts";
import { installmentsAt, type Position, positionAt } from "./position.ts";
import type { Ready } from "./ready.ts";
import { upTo } from "./receipts.ts";

/** How much of the margin that is due the lender gives up: nothing, by the days that are left, or all that is not yet due. */
export const REBATES = ["none", "straight_line", "all"] as const;
export type Rebate = (typeof REBATES)[number];

/** What pays a disbursement off on a day; amounts in minor units. */
export interface Payoff {
  readonly principal: bigint;
  readonly margin: bigint;
  readonly rebate: bigint;
  readonly upfront_fee: bigint;
  readonly total: bigint;
  /** Events that leave nothing owed as of the day; those of 0 are left out. */
  readonly events: readonly PayoffEvent[];
}

export type PayoffEvent =
  /** The margin of the disbursement's record after the rebate. */
  { readonly type: "rebate"; readonly total_expected_margin: bigint } | MoneyEvent;

interface MoneyEvent extends Parts {
  readonly type: "receipt" | "upfront_fee";
  readonly client_id: string | null;
  readonly installment_number: 0 | null;
}

/** What is to be paid on a day so that nothing is owed (docs/portfolio.md#pay-off). Later changes are left out. */
export function payoffOn(one: Ready, on: Day, kind: Rebate): Result<Payoff, "not_started"> {
  const position = positionAt(one, on);
  if (position.state === "pending") return err("not_started");
  const { outstanding_principal: principal, margin_due: margin } = position;
  const recorded = one.loan.terms.at(-1)?.total_expected_margin ?? 0n;
  // A rebate is a change of the margin on the day: it takes what the margin is then, and leaves the record 0 or more.
  const most = lesser(margin, lesser(recorded, position.terms.margin));
  const rebate = lesser(rebateOf(one, on, kind, position), most);
  const upfront_fee = atLeastZero(upfrontFeeDue(one, on) - position.overpaid);
  const money = { principal, fee: margin - rebate, total: principal + margin - rebate };
  const events = [
    ...(rebate > 0n ? [{ type: "rebate", total_expected_margin: recorded - rebate } as const] : []),
    ...receiptsOf(one, on, money, upfront_fee),
  ];
  return ok({ principal, margin, rebate, upfront_fee, total: money.total + upfront_fee, events });
}

function rebateOf(one: Ready, on: Day, kind: Rebate, { terms, margin_due }: Position): bigint {
  const { maturity } = one.agreementAt(on);
  switch (kind) {
    case "none":
      return 0n;
    case "straight_line": {
      if (maturity === null || maturity <= on) return 0n;
      const left = BigInt(daysBetween(on, maturity));
      return divideHalfEven(terms.margin * left, BigInt(daysBetween(one.start, maturity)));
    }
    case "all": {
      const rows = installmentsAt(one, on).filter((row) => !isUpfront(row));
      return atLeastZero(margin_due - dueAt(rows, on).uncovered.fee);
    }
  }
}

/** The upfront fees that fell due less what was received for them. */
function upfrontFeeDue({ agreementAt, money }: Ready, on: Day): bigint {
  const due = agreementAt(on).schedule.installments.filter((row) => isUpfront(row) && row.due <= on);
  const received = upTo(money.receipts, on).filter(isUpfront);
  return atLeastZero(sumOf(due).total - sumOf(received).total);
}

function receiptsOf({ loan, agreementAt }: Ready, on: Day, money: Parts, upfront_fee: bigint): MoneyEvent[] {
  const { kind, purchase_clients } = loan.disbursement;
  const client_id = kind === "purchase" ? (purchase_clients?.[0] ?? null) : null;
  // A receipt with the number 0 that nothing expects would be an upfront fee of its own, and leave the other one owed.
  const isExpected = agreementAt(on).schedule.installments.some(
    (row) => isUpfront(row) && !row.self_scheduled,
  );
  const fee = { total: upfront_fee, principal: 0n, fee: upfront_fee };
  const all: MoneyEvent[] = [
    { type: "receipt", client_id, installment_number: null, ...money },
    { type: "upfront_fee", client_id, installment_number: isExpected ? 0 : null, ...fee },
  ];
  return all.filter((event) => event.total > 0n);
}
