import { describe, expect, it } from "vitest";
import type { Attempt } from "../../src/webhooks/attempt.ts";
import {
  afterAttempt,
  afterChange,
  afterEvent,
  afterReplay,
  afterRotation,
  createdEndpoint,
  type Endpoint,
  endpointView,
  isDue,
  mirrorOf,
} from "../../src/webhooks/endpoint.ts";

const HOUR_MS = 3_600_000;
const NOW = 1_700_000_000_000;
const secret = { key_id: "k", nonce: "n", ciphertext: "c" };
const fresh = createdEndpoint({
  endpoint_id: "e",
  url: "https://example.com/",
  own_host: "ledger.example.com",
  event_types: ["recordChanged"],
  description: null,
  created_at: NOW,
  secret,
  from: 5,
});
const answer = (status: number | null, error: Attempt["error"]): Attempt => ({
  delivered: error === null,
  status,
  error,
  duration_ms: 1,
  retry_after: 0,
});
const failure = answer(500, "status");
const [first, second] = [
  { sequence: 4, place: 0 },
  { sequence: 4, place: 1 },
];
const fail = (endpoint: Endpoint, message = first, now = NOW, attempt = failure) =>
  afterAttempt(endpoint, attempt, message, { now, random: 0.5 });

describe("a new endpoint", () => {
  it("reports from its first event on, and has neither failed nor delivered", () => {
    expect(fresh).toEqual({
      endpoint_id: "e",
      url: "https://example.com/",
      own_host: "ledger.example.com",
      event_types: ["recordChanged"],
      description: null,
      status: "enabled",
      created_at: NOW,
      secret,
      previous: null,
      cursor: { sequence: 4, place: -1 },
      epoch: 1,
      failed_message: null,
      failed_since: null,
      next_attempt_at: null,
      last_success_at: null,
      last_failure: null,
    });
  });
});

describe("attempts", () => {
  it("of one message are counted together, until it is delivered", () => {
    const once = fail(fresh);
    expect(once).toMatchObject({
      status: "enabled",
      failed_message: first,
      failed_since: NOW,
      next_attempt_at: NOW + 5_000,
      last_failure: { at: NOW, status: 500, error: "status", attempts: 1 },
    });
    const twice = fail(once, first, NOW + 5_000);
    expect(twice).toMatchObject({
      failed_since: NOW,
      next_attempt_at: NOW + 20_000,
      last_failure: { attempts: 2 },
    });
    const done = afterAttempt(twice, answer(200, null), first, { now: NOW + 9, random: 0 });
    expect(done).toEqual({ ...fresh, cursor: first, last_success_at: NOW + 9 });
  });

  it.each([
    ["another event", { sequence: 5, place: 0 }],
    ["another message of the same event", second],
  ])("of %s begin anew, with 72 hours of their own", (_, other) => {
    const failed = fail(fail(fresh), other, NOW + 80 * HOUR_MS);
    expect(failed).toMatchObject({
      status: "enabled",
      failed_message: other,
      failed_since: NOW + 80 * HOUR_MS,
      last_failure: { attempts: 1 },
    });
  });

  it("end after 72 hours of one message, and at once with 410 or an unreadable secret", () => {
    const once = fail(fresh);
    expect(fail(once, first, NOW + 72 * HOUR_MS - 1).status).toBe("enabled");
    const over = NOW + 72 * HOUR_MS;
    const ended = (at: number, last: Pick<Attempt, "status" | "error">) => ({
      ...once,
      next_attempt_at: null,
      last_failure: { at, ...last, attempts: 2 },
    });
    const last = { status: 500, error: "status" } as const;
    expect(fail(once, first, over)).toEqual({ ...ended(over, last), status: "failing" });
    const gone = { status: 410, error: "status" } as const;
    expect(fail(once, first, NOW, answer(410, "status"))).toEqual({
      ...ended(NOW, gone),
      status: "disabled",
    });
    const unread = fail(once, first, NOW, answer(null, "secret_unreadable"));
    const unreadable = { status: null, error: "secret_unreadable" } as const;
    expect(unread).toEqual({ ...ended(NOW, unreadable), status: "failing" });
    expect(endpointView(unread, 9).last_failure).toMatchObject({ error: "secret_unreadable", status: null });
  });

  it("are over when the message's event is passed over", () => {
    const failed = fail(fresh);
    expect(afterEvent(failed, 5)).toEqual({
      ...fresh,
      last_failure: failed.last_failure,
      cursor: { sequence: 5, place: -1 },
    });
    const later = fail(fresh, { sequence: 5, place: 0 });
    expect(afterEvent(later, 5)).toEqual({ ...later, cursor: { sequence: 5, place: -1 } });
    expect(afterEvent(fresh, 5)).toEqual({ ...fresh, cursor: { sequence: 5, place: -1 } });
  });
});

describe("a rotation", () => {
  const other = { ...secret, key_id: "new" };
  const previous = { secret, until: NOW + 1 };

  it("changes the secrets and nothing else", () => {
    const failed = fail(fresh);
    expect(afterRotation(failed, other, previous)).toEqual({ ...failed, secret: other, previous });
    const disabled = {
      ...fail(fresh, first, NOW, answer(null, "secret_unreadable")),
      status: "disabled" as const,
    };
    expect(afterRotation(disabled, other, null)).toEqual({ ...disabled, secret: other });
    const failing = fail(fail(fresh), first, NOW + 72 * HOUR_MS);
    expect(afterRotation(failing, other, null)).toEqual({ ...failing, secret: other });
  });

  it("enables an endpoint whose secret could not be read", () => {
    const failing = fail(fresh, first, NOW, answer(null, "secret_unreadable"));
    const rotated = afterRotation(failing, other, null);
    expect(rotated).toMatchObject({ status: "enabled", epoch: 2, secret: other, failed_since: null });
    expect(isDue(rotated, NOW)).toBe(true);
  });
});

describe("a change", () => {
  const failed = fail(fail(fresh), first, NOW + 5_000);

  it("of the URL or the status begins attempts anew, at once; another does not", () => {
    const url = "https://example.org/";
    for (const change of [{ url }, { status: "enabled" as const }, { status: "disabled" as const }]) {
      expect(afterChange(failed, change)).toEqual({
        ...failed,
        ...change,
        epoch: 2,
        failed_message: null,
        failed_since: null,
        next_attempt_at: null,
        last_failure: { ...failed.last_failure, attempts: 0 },
      });
    }
    const types = ["historyAdded"] as const;
    expect(afterChange(failed, { event_types: types, description: "d" })).toEqual({
      ...failed,
      event_types: types,
      description: "d",
    });
    expect(afterChange({ ...fresh, description: "d" }, { description: null }).description).toBeNull();
    expect(afterChange({ ...fresh, description: "d" }, {})).toEqual({ ...fresh, description: "d" });
  });

  it("to an earlier place delivers again from there, at once", () => {
    expect(afterReplay({ ...failed, last_failure: null }, 2)).toEqual({
      ...failed,
      cursor: { sequence: 1, place: -1 },
      epoch: 2,
      failed_message: null,
      failed_since: null,
      next_attempt_at: null,
      last_failure: null,
    });
  });
});

describe("an endpoint", () => {
  it("is due when it is enabled and no later attempt is scheduled", () => {
    expect([isDue(fresh, 0), isDue(fresh, NOW), isDue({ ...fresh, status: "failing" }, NOW)]).toEqual([
      true,
      true,
      false,
    ]);
    const waiting = { ...fresh, next_attempt_at: NOW };
    expect([isDue(waiting, NOW - 1), isDue(waiting, NOW)]).toEqual([false, true]);
  });

  it("is shown to operators with its last error, and to the tenant with how far it is behind", () => {
    const failed = fail(fresh);
    expect(mirrorOf(failed)).toEqual({
      endpoint_id: "e",
      status: "enabled",
      cursor_sequence: 4,
      next_attempt_at: NOW + 5_000,
      failed_since: NOW,
      last_error: "status 500",
    });
    expect(mirrorOf(fail(fresh, first, NOW, answer(null, "timeout"))).last_error).toBe("timeout");
    expect(mirrorOf(fresh).last_error).toBeNull();
    expect(endpointView(fresh, 3)).toEqual({
      endpoint_id: "e",
      url: fresh.url,
      event_types: fresh.event_types,
      description: null,
      status: "enabled",
      cursor_sequence: 4,
      created_at: "2023-11-14T22:13:20.000Z",
      behind: 3,
      last_success_at: null,
      last_failure: null,
    });
    expect(endpointView({ ...failed, last_success_at: NOW }, 4)).toMatchObject({
      last_success_at: "2023-11-14T22:13:20.000Z",
      last_failure: { at: "2023-11-14T22:13:20.000Z" },
    });
  });
});
