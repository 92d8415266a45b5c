import { describe, expect, it } from "vitest";
import { noWrites } from "../../../src/domain/command.ts";
import { DEFAULT_SETTINGS } from "../../../src/domain/core/settings.ts";
import { ingestEvent, noRecordWrites } from "../../../src/domain/tape/writes.ts";
import { commandOf, type Ledger, stocked } from "../../support/decisions.ts";
import { company, loan, payment, purchase } from "../../support/examples.ts";

/** A stocked tenant that begins another group; the next event is the seventh. */
function nextGroup(): Ledger {
  const ledger = stocked();
  ledger.writes = noWrites();
  return ledger;
}
const clientsOf = (...ids: readonly string[]) => ids.map((client_id) => ({ client_id }));
const ofPurchase = (change: object) => ({ step: "update", disbursement_id: "P-1", ...change });
const deleted = { step: "delete", payment_id: "PAY-1" };

describe("a group of events writes", () => {
  it("each record once, in its last state, and knows which it did not find", () => {
    const ledger = nextGroup();
    ledger.accept("client", { ...company, client_id: "C-2" });
    ledger.accept("client", { step: "update", client_id: "C-2", name: "Last" });
    ledger.accept("client", { step: "update", client_id: "C-1", name: "Known" });
    const { records, fresh } = ledger.writes;
    expect(records.client).toEqual(new Map(["C-2", "C-1"].map((id) => [id, ledger.state.client.get(id)])));
    expect(fresh).toEqual({ ...noRecordWrites().fresh, client: new Set(["C-2"]) });
  });

  it("a link for each client that a purchase gains, in the order of its list, and an unlink for each that it loses", () => {
    const ledger = nextGroup();
    ledger.accept("disbursement", ofPurchase({ purchase_clients: clientsOf("C-1", "C-CO") }));
    const link = { disbursement_id: "P-1", created_seq: 7, created_at: 7000, updated_at: 7000 };
    expect([...ledger.writes.links.values()]).toEqual([
      { ...link, id: "event-7-0", client_id: "C-CO", position: 0 },
    ]);
    expect(ledger.writes.unlinks.size).toBe(0);
    ledger.accept("disbursement", ofPurchase({ purchase_clients: clientsOf("C-CO") }));
    ledger.accept("disbursement", ofPurchase({ bank_ref: "B" }));
    expect([...ledger.writes.unlinks.values()]).toEqual([{ disbursement_id: "P-1", client_id: "C-1" }]);
    ledger.accept("disbursement", ofPurchase({ purchase_clients: null }));
    expect(ledger.writes.links.size).toBe(0);
    expect(ledger.writes.unlinks.size).toBe(2);
  });

  it("the unlinks of a purchase that is deleted, and the links of one that takes its id", () => {
    const ledger = nextGroup();
    const { effects } = ledger.accept("disbursement", { step: "delete", disbursement_id: "P-1" });
    const party = { disbursement_id: "P-1", client_ids: ["C-1"] };
    expect(effects.slice(1)).toEqual([{ type: "unlink", ...party }]);
    const anew = ledger.accept("disbursement", purchase);
    expect(anew.effects.slice(1)).toMatchObject([{ type: "terms" }, { type: "link", ...party }]);
    expect(ledger.accept("disbursement", ofPurchase({ bank_ref: "B" })).effects).toHaveLength(1);
  });

  it("terms with the sequence of their event", () => {
    const ledger = nextGroup();
    ledger.accept("disbursement", { ...loan, disbursement_id: "L-2" });
    expect(ledger.writes.terms).toMatchObject([
      { disbursement_id: "L-2", sequence: 7, disbursement_amount: 10000_00n },
    ]);
    expect(ledger.writes.terms[0]).not.toHaveProperty("type");
  });

  it("the payment terms of its events, one after another", () => {
    const ledger = nextGroup();
    ledger.accept("payment", {
      step: "update",
      payment_id: "PAY-1",
      due_date: "2024-12-20",
      change_date: "2024-11-01",
    });
    ledger.accept("payment", { step: "update", payment_id: "PAY-1", due_date: "2025-01-20" });
    const rows = ledger.writes.paymentTerms.map(({ sequence, step }) => [sequence, step]);
    expect(rows).toEqual([
      [5, "create"],
      [7, "update"],
      [8, "update"],
    ]);
  });

  it("which disbursement a payment has left, where its id is created anew under another one", () => {
    const ledger = nextGroup();
    const ofOther = { ...payment, disbursement_id: "P-1", client_id: "C-1" };
    for (const data of [deleted, payment, deleted, ofOther, deleted, ofOther]) ledger.accept("payment", data);
    expect(ledger.writes.left).toEqual([{ disbursement_id: "L-1", payment_id: "PAY-1" }]);
  });

  it("the client of a loan into its live payments, those of the group included, and into no others", () => {
    const ledger = stocked();
    ledger.accept("payment", { ...payment, payment_id: "PAY-2" });
    ledger.accept("payment", { ...payment, payment_id: "PAY-3", disbursement_id: "P-1", client_id: "C-1" });
    ledger.accept("payment", { step: "delete", payment_id: "PAY-2" });
    ledger.writes = noWrites();
    ledger.accept("payment", { ...payment, payment_id: "PAY-4" });
    ledger.accept("disbursement", { step: "update", disbursement_id: "L-1", client_id: "C-CO" });
    const clients = ["PAY-1", "PAY-2", "PAY-3", "PAY-4"].map(
      (id) => ledger.state.payment.get(id)?.record.client_id,
    );
    expect(clients).toEqual(["C-CO", "C-1", "C-1", "C-CO"]);
    const { records, reassigned } = ledger.writes;
    expect([...records.payment.values()].map(({ record }) => [record.payment_id, record.client_id])).toEqual([
      ["PAY-4", "C-CO"],
    ]);
    expect(reassigned.get("L-1")).toMatchObject({ client_id: "C-CO", stamp: { sequence: 11 } });
  });

  it("no other client where a loan keeps its own, or a purchase takes its id", () => {
    const ledger = nextGroup();
    ledger.accept("disbursement", { step: "update", disbursement_id: "L-1", bank_ref: "B" });
    ledger.accept("disbursement", { step: "delete", disbursement_id: "L-1" });
    ledger.accept("disbursement", { ...purchase, disbursement_id: "L-1" });
    expect(ledger.writes.reassigned.size).toBe(0);
    expect(ledger.state.payment.get("PAY-1")?.record.client_id).toBe("C-1");
  });
});

describe("the event of a command", () => {
  const request = { key_hash: "k", fingerprint: "f", data: "{}", actor: "me", trace_id: "t" };
  const stamp = {
    sequence: 7,
    event_id: "event-7",
    journal_entry_id: "",
    now: 7000,
    settings: DEFAULT_SETTINGS,
  };
  const eventOf = (data: object, warnings: readonly { code: "paid_without_date"; message: string }[]) =>
    ingestEvent(
      commandOf("disbursement", data),
      { facts: {}, warnings, previous_sequence: 3, client_id: null },
      stamp,
      request,
    );

  it("is a row of the log, which says whether history follows from it", () => {
    const common = {
      ...request,
      sequence: 7,
      event_id: "event-7",
      previous_sequence: 3,
      facts: {},
      about: null,
      answer: null,
    };
    const row = { ...common, category: "disbursement", created_at: 7000 };
    expect(eventOf(loan, [])).toEqual({ ...row, step: "create", record_id: "L-1", makes_history: true });
    expect(eventOf({ step: "update", disbursement_id: "L-1" }, [])).toMatchObject({ makes_history: false });
  });

  it("keeps the warnings that its answer repeats", () => {
    const warnings = [{ code: "paid_without_date", message: "m" }] as const;
    expect(eventOf(loan, warnings).answer).toBe(JSON.stringify(warnings));
  });
});
