import { describe, expect, it } from "vitest";
import { WEBHOOK_TYPES, type WebhookType } from "../../src/domain/core/webhook.ts";
import type { ReportedEntry, ReportedEvent } from "../../src/store/webhooks/log-page.ts";
import { messageId, messagesOf } from "../../src/webhooks/messages.ts";

const AT = 1_700_000_000_000;
const instant = "2023-11-14T22:13:20.000Z";
const facts = {
  currency: "USD",
  disbursement_id: "L-1",
  asset_id: "A-1",
  asset_condition: "good",
  on_date: "2023-11-01",
};
const textOf = (facts: string) => `{"data":{},"facts":${facts}}`;
const event: ReportedEvent = {
  ...{ sequence: 7, event_id: "ev-7", category: "disbursement", step: "create", record_id: "L-1" },
  ...{
    makes_history: true,
    trace_id: "tr",
    created_at: AT,
    data: textOf(JSON.stringify(facts)),
    private: null,
  },
};
const entry = (sequence: number, position: number): ReportedEntry => ({
  ...{ sequence, position, journal_entry_id: `je-${sequence}-${position}`, event_type: "disbursement" },
  ...{ value_date: "2023-11-01", correlation_id: "L-1", posted_at: AT + 1_000 },
});
const entries = [entry(6, 0), entry(7, 0), entry(7, 1), entry(8, 0)];
/** An extension with a rebate, which together are a restructure. */
const changed: ReportedEvent = {
  ...event,
  step: "update",
  data: textOf(
    JSON.stringify({
      ...facts,
      terms: { maturity_date: "2025-01-01", total_expected_margin: "500", disbursement_amount: "10000" },
      changes: {
        maturity_date: { from: "2024-06-01", to: "2025-01-01" },
        total_expected_margin: { from: "900", to: "500" },
      },
    }),
  ),
};
const sent = (types: readonly WebhookType[], of = changed) => messagesOf("t", of, entries, new Set(types));
const brief = (types: readonly WebhookType[], of = changed) =>
  sent(types, of).map(({ type, place }) => `${type} ${place}`);

describe("the messages about an event", () => {
  it("are the event, its own entries and its history rows, each at a place that stays", () => {
    const places = ["recordChanged 0", "journalEntryPosted 1", "journalEntryPosted 2"];
    const rows = ["historyAdded 1000000", "historyAdded 1000001", "historyAdded 1000002"];
    expect(brief(WEBHOOK_TYPES)).toEqual([...places, ...rows]);
    expect(brief(["recordChanged", "journalEntryPosted"])).toEqual(places);
    expect(brief(["historyAdded"])).toEqual(rows);
    expect(brief([])).toEqual([]);
  });

  it("hold ids, types and dates, and nothing else", () => {
    const of = { tenant_id: "t", sequence: 7 };
    const [record, first, , history] = sent(WEBHOOK_TYPES);
    const common = { sequence: 7, trace_id: "tr" };
    expect(record).toEqual({
      ...common,
      ...{ type: "recordChanged", place: 0, occurred_at: AT },
      data: {
        ...of,
        event_id: "ev-7",
        category: "disbursement",
        step: "update",
        id: "L-1",
        occurred_at: instant,
      },
    });
    expect(first).toEqual({
      ...common,
      ...{ type: "journalEntryPosted", place: 1, occurred_at: AT + 1_000 },
      data: {
        ...{ tenant_id: "t", journal_entry_id: "je-7-0", event_type: "disbursement", correlation_id: "L-1" },
        value_date: "2023-11-01",
        occurred_at: "2023-11-14T22:13:21.000Z",
      },
    });
    expect(history).toMatchObject({ ...common, type: "historyAdded", place: 1_000_000, occurred_at: AT });
    expect(Object.keys(history?.data ?? {}).sort()).toEqual(
      ["disbursement_id", "id", "occurred_at", "sequence", "table", "tenant_id"].sort(),
    );
    expect(history?.data).toMatchObject({ ...of, disbursement_id: "L-1", occurred_at: instant });
  });

  it("do not need the facts of an event without history, or where nobody asks for history", () => {
    const broken = { ...event, data: "not JSON" };
    expect(() => brief(["historyAdded"], broken)).toThrow("its facts are not JSON");
    expect(brief(["recordChanged"], broken)).toEqual(["recordChanged 0"]);
    expect(brief(["historyAdded"], { ...broken, makes_history: false })).toEqual([]);
  });

  it.each([
    ["ledger", "Repayment"],
    ["disbursement", "a step of a later version"],
    ["a category of a later version", "create"],
  ])("of %s, %s, do not include the event itself", (category, step) => {
    const other = { ...event, category, step, makes_history: false };
    expect(brief(WEBHOOK_TYPES, other)).toEqual(["journalEntryPosted 1", "journalEntryPosted 2"]);
  });

  it("are known by endpoint, sequence, type and place", () => {
    expect(sent(WEBHOOK_TYPES).map((message) => messageId("e", message))).toEqual([
      "msg_e_7_recordChanged_0",
      "msg_e_7_journalEntryPosted_1",
      "msg_e_7_journalEntryPosted_2",
      "msg_e_7_historyAdded_1000000",
      "msg_e_7_historyAdded_1000001",
      "msg_e_7_historyAdded_1000002",
    ]);
  });
});
