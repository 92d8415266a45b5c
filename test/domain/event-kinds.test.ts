import { describe, expect, it } from "vitest";
import { eventKind } from "../../src/domain/event-kinds.ts";

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
    ["client", "erase", ["records:read"], "recordChanged"],
    ["ledger", "erase", ["hpts:ledger:read"], "booksChanged"],
  ])("%s %s is read with %j and reported as %s", (category, step, readableWith, webhook) => {
    expect(eventKind(category, step)).toMatchObject({ readableWith, webhook });
  });

  it.each([
    ["ledger", "create"],
    ["payment", "erase"],
    ["settings", "create"],
    ["constructor", "create"],
  ])("%s %s is of no kind: nobody reads its data", (category, step) => {
    expect(eventKind(category, step)).toBeUndefined();
  });
});
