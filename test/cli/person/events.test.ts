import { expect, it } from "vitest";
import { EventsOfClient } from "../../../src/cli/person/events.ts";

/** The ids of the events that are about `C-1`, of a log of `[category, step, id, data]`. */
function aboutAna(...log: readonly (readonly [string, string, string, object])[]) {
  const events = new EventsOfClient("C-1");
  for (const [index, [category, step, id, data]] of log.entries()) {
    events.add({ sequence: index + 1, category, step, id, data });
  }
  return events.found.map(({ sequence }) => sequence);
}

const both = { purchase_clients: [{ client_id: "C-1" }, { client_id: "C-2" }] };

it("finds a client's own events, those of its loans, and those of their payments and operations", () => {
  expect(
    aboutAna(
      ["client", "create", "C-1", {}],
      ["client", "create", "C-2", {}],
      ["disbursement", "create", "L-1", { client_id: "C-1" }],
      ["disbursement", "create", "L-2", { client_id: "C-2" }],
      ["payment", "create", "P-1", { disbursement_id: "L-1" }],
      ["payment", "update", "P-1", {}],
      ["payment", "create", "P-2", { disbursement_id: "L-2" }],
      ["operation", "create", "O-1", { disbursement_id: "L-1" }],
      ["operation", "delete", "O-1", {}],
      ["disbursement", "delete", "L-1", {}],
      ["settings", "put", "settings", {}],
      ["client", "erase", "C-1", { reason: "request", shared: [] }],
    ),
  ).toEqual([1, 3, 5, 6, 8, 9, 10, 12]);
});

it("leaves out what is another client's by then", () => {
  expect(
    aboutAna(
      ["disbursement", "create", "L-1", { client_id: "C-1" }],
      ["payment", "create", "P-1", { disbursement_id: "L-1" }],
      ["disbursement", "update", "L-1", { client_id: "C-2" }],
      ["payment", "update", "P-1", { bank_ref: "GB" }],
    ),
  ).toEqual([1, 2]);
});

it("of a purchase that clients share takes its events, and only the client's own payments", () => {
  expect(
    aboutAna(
      ["disbursement", "create", "D-1", both],
      ["payment", "create", "P-1", { disbursement_id: "D-1", client_id: "C-1" }],
      ["payment", "create", "P-2", { disbursement_id: "D-1", client_id: "C-2" }],
      ["operation", "create", "O-1", { disbursement_id: "D-1" }],
      ["payment", "update", "P-2", {}],
      ["disbursement", "update", "D-1", {}],
    ),
  ).toEqual([1, 2, 4, 6]);
});
