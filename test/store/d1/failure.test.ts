import { describe, expect, it } from "vitest";
import { classify, withDeadline } from "../../../src/store/d1/failure.ts";

describe("a D1 failure", () => {
  it.each([
    ["fenced", "D1_ERROR: UNIQUE constraint failed: events.tenant_id, events.sequence: SQLITE_CONSTRAINT"],
    ["fenced", "D1_ERROR: UNIQUE constraint failed: events.tenant_id, events.key_hash"],
    ["fenced", "D1_ERROR: the log has this sequence or key: SQLITE_CONSTRAINT_TRIGGER"],
    ["fenced", "D1_ERROR: NOT NULL constraint failed: events.tenant_id: SQLITE_CONSTRAINT"],
    [
      "refused",
      "D1_ERROR: UNIQUE constraint failed: clients.tenant_id, clients.client_id: SQLITE_CONSTRAINT",
    ],
    ["refused", "D1_ERROR: CHECK constraint failed: a_payment_is_positive: SQLITE_CONSTRAINT"],
    ["refused", "D1_ERROR: NOT NULL constraint failed: events.data: SQLITE_CONSTRAINT"],
    ["refused", "D1_ERROR: cannot store TEXT value in INTEGER column payments.payment_total"],
    ["refused", "D1_ERROR: string or blob too big: SQLITE_TOOBIG"],
    ["refused", "D1_TYPE_ERROR: Type 'undefined' not supported for value 'undefined'"],
    ["refused", "D1_ERROR: no such index: payments_by_disbursement: SQLITE_ERROR"],
    ["refused", "D1_ERROR: malformed JSON: SQLITE_ERROR"],
    ["refused", "D1_ERROR: integer overflow: SQLITE_ERROR"],
    ["unknown", "D1_ERROR: D1 DB exceeded its memory limit and was reset."],
    ["overloaded", "D1_ERROR: D1 DB is overloaded. Too many requests queued."],
    ["lost", "D1_ERROR: Network connection lost."],
    ["unknown", "D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset."],
    ["lost", "D1_ERROR: D1 DB reset because its code was updated."],
    ["lost", "no answer within 10000 ms"],
  ])("is %s: %s", (failure, message) => {
    expect(classify(new Error(message))).toBe(failure);
    expect(classify(new Error("outer", { cause: new Error(message) }))).toBe(failure);
  });

  it("is refused when the service's own code failed, and unknown when the outcome cannot be known", () => {
    expect(classify(new TypeError("x is not a function"))).toBe("refused");
    expect(classify("not an error")).toBe("unknown");
  });
});

describe("a deadline", () => {
  it("returns a result that comes in time", async () => {
    await expect(withDeadline(Promise.resolve(7), 1000)).resolves.toBe(7);
    await expect(withDeadline(Promise.reject(new Error("its own")), 1000)).rejects.toThrow("its own");
  });

  it("rejects a call that never answers", async () => {
    await expect(withDeadline(new Promise(() => {}), 5)).rejects.toThrow("no answer within 5 ms");
  });
});
