import { describe, expect, it } from "vitest";
import {
  type CloseCommand,
  closingEvent,
  decideClosing,
  noClosingState,
} from "../../../src/domain/closing/closing.ts";
import { trialBalanceHash } from "../../../src/domain/closing/trial-balance.ts";
import { DEFAULT_SETTINGS } from "../../../src/domain/core/settings.ts";

const stamp = {
  sequence: 7,
  event_id: "event-7",
  journal_entry_id: "entry-7",
  now: Date.parse("2026-11-03T10:00:00Z"),
  settings: DEFAULT_SETTINGS,
};
const request = { key_hash: "", fingerprint: "", data: "{}", actor: null, trace_id: "" };
const idle = { isOpening: false, balances: [] };
const close = (closed_through: string | null, others: Partial<CloseCommand> = {}): CloseCommand => ({
  type: "close",
  closed_through,
  reopen: false,
  note: null,
  warnings: [],
  ...others,
});
const decide = (before: string | null, command: CloseCommand, state = idle, at: object = {}) =>
  decideClosing(before, state, command, { ...stamp, ...at, actor: "somebody" });
const errorsOf = (decided: ReturnType<typeof decide>) =>
  decided.ok ? [] : (decided.error.errors ?? []).map(({ field, code }) => [field, code]);

describe("a closing", () => {
  it("goes up to yesterday in the tenant's time zone", () => {
    const lastDay = { now: Date.parse("2026-10-31T20:00:00Z") };
    expect(errorsOf(decide(null, close("2026-10-31"), idle, lastDay))).toEqual([
      ["closed_through", "invalid_value"],
    ]);
    const tokyo = { ...lastDay, settings: { ...DEFAULT_SETTINGS, time_zone: "Asia/Tokyo" } };
    expect(decide(null, close("2026-10-31"), idle, tokyo).ok).toBe(true);
    expect(errorsOf(decide(null, close("2026-11-30")))).toEqual([["closed_through", "invalid_value"]]);
  });

  it("of the same day changes nothing, whatever else it says", () => {
    expect(decide("2026-10-31", close("2026-10-31"))).toEqual({ ok: true, value: null });
    expect(decide(null, close(null))).toEqual({ ok: true, value: null });
  });

  it("of an earlier day, or of none, needs reopen and a note", () => {
    for (const day of ["2026-09-30", null]) {
      const missing = [
        ["reopen", "required"],
        ["note", "required"],
      ];
      expect(errorsOf(decide("2026-10-31", close(day)))).toEqual(missing);
      expect(errorsOf(decide("2026-10-31", close(day, { reopen: true })))).toEqual([["note", "required"]]);
      expect(errorsOf(decide("2026-10-31", close(day, { note: "An error" })))).toEqual([
        ["reopen", "required"],
      ]);
      const reopened = decide("2026-10-31", close(day, { reopen: true, note: "An error" }));
      if (!reopened.ok || !reopened.value) throw new Error("not reopened");
      const hash = day === null ? null : trialBalanceHash(day, []);
      expect(reopened.value.trial_balance_hash).toBe(hash);
      expect(reopened.value).toMatchObject({ sequence: 7, closed_through: day, note: "An error" });
      expect(
        closingEvent({ previous: "2026-10-31", warnings: [] }, reopened.value, stamp, request),
      ).toMatchObject({
        category: "ledger",
        step: "reopened",
        record_id: "event-7",
      });
    }
    expect(decide("2026-09-30", close("2026-10-31")).ok).toBe(true);
  });

  it("waits until earlier records are booked", () => {
    expect(decideClosing(null, noClosingState(), close("2026-10-31"), { ...stamp, actor: null }).ok).toBe(
      true,
    );
    const refused = decide(null, close("2026-10-31"), { ...idle, isOpening: true });
    expect(refused).toMatchObject({ ok: false, error: { code: "opening_unfinished" } });
  });

  it("is an event whose data names the day, the day before, the note and the hash", () => {
    const closed = decide("2026-09-30", close("2026-10-31", { note: "October" }));
    if (!closed.ok || !closed.value) throw new Error("not closed");
    const event = closingEvent(
      { previous: "2026-09-30", warnings: [{ code: "accruals_missing", count: 2 }] },
      closed.value,
      stamp,
      { ...request, key_hash: "k", actor: "somebody", trace_id: "t" },
    );
    expect(event).toMatchObject({
      ...{ step: "closed", key_hash: "k", actor: "somebody", trace_id: "t", fingerprint: "" },
      ...{ facts: {}, about: null, makes_history: false, created_at: stamp.now },
    });
    expect(JSON.parse(event.data)).toEqual({
      closed_through: "2026-10-31",
      previous: "2026-09-30",
      note: "October",
      trial_balance_hash: trialBalanceHash("2026-10-31", []),
    });
    expect(JSON.parse(event.answer ?? "")).toEqual({
      closed_through: "2026-10-31",
      previous: "2026-09-30",
      event_id: "event-7",
      sequence: 7,
      warnings: [{ code: "accruals_missing", count: 2 }],
    });
    const first = decide(null, close("2026-10-31"));
    if (!first.ok || !first.value) throw new Error("not closed");
    const { data, step } = closingEvent({ previous: null, warnings: [] }, first.value, stamp, request);
    expect([step, JSON.parse(data)]).toEqual([
      "closed",
      {
        ...{ closed_through: "2026-10-31", previous: null },
        trial_balance_hash: trialBalanceHash("2026-10-31", []),
      },
    ]);
  });
});

describe("the hash of a trial balance", () => {
  it("is SHA-256 of its canonical form, by currency and account", () => {
    const of = (currency: string, account_code: "1000" | "1100", dr: bigint, cr: bigint) => ({
      currency,
      account_code,
      total: { dr_minor: dr, cr_minor: cr },
    });
    // printf '%s' '{"balances":[["EUR","1100","5","5"],["USD","1000","50000","0"],["USD","1100","0","50000"]],"closed_through":"2026-10-31"}' | sha256sum
    const [euro, cash, principal] = [
      of("EUR", "1100", 5n, 5n),
      of("USD", "1000", 50000n, 0n),
      of("USD", "1100", 0n, 50000n),
    ] as const;
    for (const read of [
      [principal, cash, euro],
      [euro, cash, principal],
      [cash, euro, principal],
    ])
      expect(trialBalanceHash("2026-10-31", read)).toBe(
        "0b42211b00162d7e65b86e4ba60e303d0a6e1c2c44d2484a24c78b93bf8ec256",
      );
  });
});
