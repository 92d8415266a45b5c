import type { Day } from "../../domain/core/dates.ts";
import { tenantNamespace, uuidOf } from "../../domain/core/uuid.ts";
import type { Payoff, PayoffEvent } from "../../domain/position/payoff.ts";
import type { Ready } from "../../domain/position/ready.ts";
import type { AnswerOf } from "../answer-types.ts";
import type { payoff } from "./answers.ts";
import { amountIn } from "./view.ts";

/** A pay-off with the events that make it (docs/portfolio.md#pay-off). */
export function payoffView(
  one: Ready,
  on: Day,
  { events, ...figures }: Payoff,
  tenant: string,
): AnswerOf<typeof payoff>["data"] {
  const amount = amountIn(one.loan.disbursement.currency);
  return {
    on,
    principal: amount(figures.principal),
    margin: amount(figures.margin),
    rebate: amount(figures.rebate),
    upfront_fee: amount(figures.upfront_fee),
    total: amount(figures.total),
    events: events.map((event) => ingestBody(one, on, event, tenant)),
  };
}

function ingestBody({ loan }: Ready, on: Day, event: PayoffEvent, tenant: string) {
  const { disbursement_id, currency } = loan.disbursement;
  const amount = amountIn(currency);
  if (event.type === "rebate") {
    const data = {
      step: "update",
      disbursement_id,
      total_expected_margin: amount(event.total_expected_margin),
      change_date: on,
      change_reason: "Rebate of the pay-off",
    };
    return { category: "disbursement", data } as const;
  }
  const { client_id, installment_number } = event;
  const data = {
    step: "create",
    payment_id: receiptId(loan, on, event.type, tenant),
    disbursement_id,
    ...(client_id === null ? {} : { client_id }),
    currency,
    status: "paid",
    due_date: on,
    payment_date: on,
    payment_total: amount(event.total),
    payment_principal: amount(event.principal),
    payment_fee: amount(event.fee),
    ...(installment_number === null ? {} : { installment_number }),
  };
  return { category: "payment", data } as const;
}

/** The same answer has the same id, so that a pay-off that is sent twice is stored once. */
function receiptId({ disbursement, terms, payments }: Ready["loan"], on: Day, type: string, tenant: string) {
  const { disbursement_id } = disbursement;
  const version = [terms.at(-1)?.sequence, payments.length];
  return uuidOf(tenantNamespace(tenant), JSON.stringify(["payoff", disbursement_id, on, type, ...version]));
}
