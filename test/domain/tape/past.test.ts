import { describe, expect, it } from "vitest";
import type { Category } from "../../../src/domain/tape/fields.ts";
import { foldEvent, type LoggedEvent, noPast, type Past } from "../../../src/domain/tape/past.ts";
import type { RecordWrites } from "../../../src/domain/tape/writes.ts";
import { stocked } from "../../support/decisions.ts";
import { company, individual, loan, operation, payment } from "../../support/examples.ts";

function folded(events: readonly LoggedEvent[]): Past {
  const past = noPast();
  for (const event of events) foldEvent(past, event);
  return past;
}

/** What the events write, with the moment of a reassignment as its sequence. */
const writtenBy = ({ records, links, terms, paymentTerms, unlinks, left, reassigned }: RecordWrites) => ({
  ...{ records, links, terms, paymentTerms, unlinks, left },
  reassigned: [...reassigned].map(([id, { client_id, stamp }]) => [id, client_id, stamp.sequence]),
});

const because = { change_date: "2025-01-10", change_reason: "Agreed" };
const ofLoan = (change: object) => ({ step: "update", disbursement_id: "L-1", ...change });
const ofPayment = (change: object) => ({ step: "update", payment_id: "PAY-1", ...change });
const purchase_clients = [{ client_id: "C-CO" }, { client_id: "C-1" }];

/** Events that follow those of `stocked`; what one event does depends on those before it. */
const EVENTS: readonly (readonly [Category, object])[] = [
  ["client", { step: "update", client_id: "C-CO", is_company: false, gender: "male" }],
  ["payment", ofPayment({ status: "paid", payment_total: 450 })],
  ["disbursement", ofLoan({ client_id: "C-CO" })],
  ["payment", ofPayment({ status: "expected" })],
  ["payment", { ...payment, payment_id: "PAY-2" }],
  ["disbursement", ofLoan({ ...because, disbursement_amount: 9000 })],
  ["disbursement", { step: "update", disbursement_id: "P-1", purchase_clients }],
  ["operation", { step: "update", operation_id: "OP-1", operation_cost: 5, asset_condition: "good" }],
  ["payment", { step: "delete", payment_id: "PAY-2", ...because }],
  ["disbursement", { step: "delete", disbursement_id: "L-1" }],
  ["payment", ofPayment({ status: "paid", ...because })],
  ["client", { step: "delete", client_id: "C-CO" }],
  ["disbursement", { ...loan, currency: "EUR" }],
  ["payment", ofPayment({ bank_ref: "B" })],
  ["operation", { ...operation, operation_id: "OP-2", operation_cost: 7 }],
  ["client", { ...company, name: "Anew" }],
  ["payment", { ...payment, payment_id: "PAY-2", disbursement_id: "P-1", client_id: "C-1" }],
];

describe("the log of a tenant, folded event by event", () => {
  it("gives the records and their dependent rows as each event left them", () => {
    const ledger = stocked();
    const past = folded(ledger.log);
    for (const [category, data] of EVENTS) {
      ledger.accept(category, data);
      for (const event of ledger.log.slice(-1)) foldEvent(past, event);
      expect(past.state).toEqual(ledger.state);
      expect(writtenBy(past.writes)).toEqual(writtenBy(ledger.writes));
    }
  });

  it("leaves unknown what it has no event of: a payment without its loan has the client that was sent", () => {
    const { state } = folded(stocked().log.filter(({ category }) => category === "payment"));
    expect(state.payment.get("PAY-1")?.record.client_id).toBeNull();
    expect(state.disbursement.size).toBe(0);
  });

  it("is refused where a record has an update before its create", () => {
    const ledger = stocked();
    ledger.accept("client", { ...individual, step: "update", name: "Other" });
    expect(() => folded(ledger.log.slice(-1))).toThrow("no create before event 7");
  });
});
