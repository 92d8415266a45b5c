import { describe, expect, it } from "vitest";
import { ledgerLoanId, tenantNamespace } from "../../src/domain/core/uuid.ts";
import { entryIdOf, reverse, settle } from "../ledger/post.ts";
import { Api } from "../support/api.ts";
import { individual, loan, payment } from "../support/examples.ts";
import { bookedApi, opened, provedOn, switchTo } from "./tape.ts";

const found = async (api: Api) => {
  const { data } = (await api.get("/v1/bookkeeping/exceptions")).body;
  return data.map(
    (one: Record<string, unknown>) => `${one.reason} ${one.payment_id ?? one.disbursement_id} ${one.amount}`,
  );
};

async function lender(): Promise<Api> {
  const api = await bookedApi();
  await api.accept("client", individual);
  await api.accept("disbursement", loan);
  return api;
}

const moved = (api: Api, disbursement_date: string) =>
  api.accept("disbursement", { step: "update", disbursement_id: "L-1", disbursement_date });

async function entriesOf(api: Api) {
  const loan_id = ledgerLoanId(tenantNamespace(api.tenant), "L-1");
  return (await api.get(`/v1/loans/${loan_id}/journal-entries`)).body.items;
}

/** Settles the last origination by hand. */
async function settleLast(api: Api, effective_at: string): Promise<string> {
  const [origination] = (await entriesOf(api)).filter(
    ({ event_type }: { event_type: string }) => event_type === "disbursement",
  );
  return entryIdOf(await settle(api, origination.journal_entry_id, { effective_at }));
}

describe("a disbursement whose settlement a corrected date took back", () => {
  it("is unsettled until a new settlement is posted, and not after that", async () => {
    const api = await lender();
    expect(await found(api)).toEqual([]);
    await settleLast(api, "2024-10-22");
    await moved(api, "2024-10-21");
    expect(await found(api)).toEqual(["unsettled L-1 10000"]);
    await moved(api, "2024-10-20");
    expect(await found(api)).toEqual(["unsettled L-1 10000"]);
    const again = await settleLast(api, "2024-10-22");
    expect(await found(api)).toEqual([]);
    expect((await reverse(api, again)).status).toBe(201);
    expect(await found(api)).toEqual([]);
  });

  it("is not unsettled where it never was settled, was taken back by hand, is deleted, or begins a new life", async () => {
    const api = await lender();
    await moved(api, "2024-10-21");
    expect((await reverse(api, await settleLast(api, "2024-10-22"))).status).toBe(201);
    await moved(api, "2024-10-22");
    expect(await found(api)).toEqual([]);
    await settleLast(api, "2024-10-25");
    await api.accept("disbursement", { step: "delete", disbursement_id: "L-1" });
    expect(await found(api)).toEqual([]);
    await api.accept("disbursement", loan);
    expect(await found(api)).toEqual([]);
    expect(await provedOn(api, ["2024-10-20", "2024-10-22", "2030-01-01"])).toEqual([]);
  });

  it("is not unsettled where its records settle it", async () => {
    const api = await lender();
    await api.send("PUT", "/v1/bookkeeping", { mode: "records", settle: "on_disbursement" });
    await moved(api, "2024-10-21");
    await moved(api, "2024-10-22");
    expect(await found(api)).toEqual([]);
    await api.send("PUT", "/v1/bookkeeping", { mode: "records" });
    await moved(api, "2024-10-23");
    expect(await found(api)).toEqual(["unsettled L-1 10000"]);
  });
});

it("money on what was written off has a reason of its own, and too much of it another, as the position counts them", async () => {
  const api = await lender();
  const change = { change_date: "2025-01-10", change_reason: "Lost" };
  const lost = { step: "update", disbursement_id: "L-1", disbursement_amount: 0, total_expected_margin: 0 };
  await api.accept("disbursement", { ...lost, ...change });
  const received = { ...payment, status: "paid", payment_date: "2025-05-01" };
  await api.accept("payment", { ...received, payment_total: 300 });
  expect(await found(api)).toEqual(["after_write_off L-1 300"]);
  await api.accept("payment", { ...received, payment_id: "PAY-2", payment_total: 9_800 });
  expect(await found(api)).toEqual(["after_write_off L-1 10000", "overpaid L-1 100"]);
  await api.accept("payment", { step: "update", payment_id: "PAY-2", status: "paid", recovery: true });
  expect(await found(api)).toEqual(["after_write_off L-1 200", "overpaid L-1 100"]);
  const { data } = (await api.get("/api/positions/L-1?as_of_date=2025-06-01")).body;
  expect([data.recovered, data.state]).toEqual([10_000, "written_off"]);
});

it("exceptions stay after the switch is off, of loans that are in the books", async () => {
  const api = new Api();
  await api.accept("client", individual);
  const early = { ...payment, status: "paid", payment_date: "2024-01-01" };
  await api.accept("disbursement", loan);
  await api.accept("payment", early);
  expect(await found(api)).toEqual([]);
  await switchTo(api, "records");
  await opened(api);
  expect(await found(api)).toEqual(["paid_before_disbursement PAY-1 500"]);
  await switchTo(api, "off");
  await api.accept("disbursement", { ...loan, disbursement_id: "L-2" });
  await api.accept("payment", { ...early, payment_id: "PAY-2", disbursement_id: "L-2" });
  expect(await found(api)).toEqual(["paid_before_disbursement PAY-1 500"]);
});
