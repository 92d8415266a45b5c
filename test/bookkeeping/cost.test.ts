import { runDurableObjectAlarm } from "cloudflare:test";
import { expect, it } from "vitest";
import { individual, loan, payment } from "../support/examples.ts";
import { isCommit, wrapDatabase } from "../support/faulty-d1.ts";
import { gateOf, loseKeys } from "../support/gate.ts";
import { bookedApi } from "./tape.ts";

const paid = { step: "update", payment_id: "PAY-1", status: "paid", payment_fee: 100 };

it("a settlement that an event of records posts takes no call more", async () => {
  const api = await bookedApi();
  await api.send("PUT", "/v1/bookkeeping", { mode: "records", settle: "on_disbursement" });
  await runDurableObjectAlarm(gateOf(api.tenant));
  await api.accept("client", individual);
  const d1 = await wrapDatabase(gateOf(api.tenant));
  d1.resetCounts();
  await api.accept("disbursement", loan);
  // Ten rows more: the entry, its posting and places, cash of the bank account and its days, and the settlement.
  expect([d1.roundTrips, d1.rowsWritten]).toEqual([1, 37]);
});

it("a payment that is marked paid takes one D1 call if the gate remembers it, and at most two", async () => {
  const api = await bookedApi();
  // The alarm that looks for records to open reads the switch.
  await runDurableObjectAlarm(gateOf(api.tenant));
  await api.accept("client", individual);
  const d1 = await wrapDatabase(gateOf(api.tenant));
  const costOf = async (category: string, data: object) => {
    d1.resetCounts();
    await api.accept(category, data);
    return [d1.roundTrips, d1.rowsWritten];
  };
  // The switch, and the first event of a gate, are read; the disbursement is new, so it is not.
  expect(await costOf("disbursement", loan)).toEqual([1, 27]);
  expect(await costOf("payment", payment)).toEqual([1, 5]);
  expect(await costOf("payment", paid)).toEqual([1, 26]);
  // And the entry's place among the reversals.
  expect(await costOf("payment", { ...paid, status: "expected" })).toEqual([1, 27]);
  await loseKeys(gateOf(api.tenant));
  const cold = await wrapDatabase(gateOf(api.tenant));
  await api.accept("payment", paid);
  expect(cold.calls.map((call) => isCommit(call))).toEqual([false, true]);
});
