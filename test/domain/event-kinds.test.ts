import { describe, expect, it } from "vitest";
import { parseIngest } from "../../src/contract/tape/ingest.ts";
import { eventKind, isOfRecords } from "../../src/domain/event-kinds.ts";

describe("an event of the log", () => {
  it.each([
    ["client", "create", ["records:read"], "recordChanged"],
    ["disbursement", "update", ["records:read"], "recordChanged"],
    ["payment", "delete", ["records:read"], "recordChanged"],
    ["operation", "create", ["records:read"], "recordChanged"],
    ["ledger", "accrual", ["hpts:ledger:read"], null],
    ["ledger", "bank_balance", ["hpts:ledger:read"], null],
    ["ledger", "opening", ["hpts:ledger:read"], null],
    ["settings", "put", ["records:read"], "settingsChanged"],
    ["facility", "put", ["records:read"], "facilityChanged"],
    ["facility", "delete", ["records:read"], "facilityChanged"],
    ["client", "erase", ["records:read"], "recordChanged"],
    ["ledger", "erase", ["hpts:ledger:read"], "booksChanged"],
    ["ledger", "account_named", ["hpts:ledger:read"], "booksChanged"],
    ["ledger", "switched", ["hpts:ledger:read"], "booksChanged"],
    ["ledger", "closed", ["hpts:ledger:read"], "booksChanged"],
    ["ledger", "reopened", ["hpts:ledger:read"], "booksChanged"],
    ["log", "restored", ["records:read", "hpts:ledger:read"], "logRestored"],
  ])("%s %s is read with %j and reported as %s", (category, step, readableWith, webhook) => {
    expect(eventKind(category, step)).toMatchObject({ readableWith, webhook });
  });

  it.each([
    ["ledger", "create"],
    ["payment", "erase"],
    ["settings", "create"],
    ["facility", "create"],
    ["constructor", "create"],
  ])("%s %s is of no kind: nobody reads its data", (category, step) => {
    expect(eventKind(category, step)).toBeUndefined();
  });

  it.each([
    ["client", "erase"],
    ["log", "restored"],
    ["settings", "put"],
    ["facility", "put"],
    ["ledger", "erase"],
    ["ledger", "switched"],
    ["ledger", "closed"],
    ["ledger", "reopened"],
  ])("%s %s is of the service itself: POST /ingest does not take it", (category, step) => {
    expect(isOfRecords(category, step)).toBe(false);
    expect(parseIngest({ category, data: { step, client_id: "C-1", reason: "error" } })).toMatchObject({
      ok: false,
      error: { code: category === "client" ? "validation_error" : "unsupported_category" },
    });
  });

  it.each([
    ["client", "create", true],
    ["payment", "delete", true],
    ["ledger", "accrual", false],
    ["ledger", "opening", false],
    ["payment", "erase", false],
  ])("%s %s is an event of a record: %s", (category, step, isRecord) => {
    expect(isOfRecords(category, step)).toBe(isRecord);
  });
});
