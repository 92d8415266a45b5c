import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { app } from "../../src/app.ts";
import { Api, newKey } from "../support/api.ts";
import { FaultyD1, failBefore } from "../support/faulty-d1.ts";
import { logged, requestLines } from "../support/logs.ts";

afterEach(() => void vi.restoreAllMocks());

describe("a caller who hangs up while sending the body", () => {
  /** A body that breaks off the way the runtime reports a connection that is gone. */
  const brokenOff = () =>
    new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"category":')),
      pull: (controller) => controller.error(new Error("Network connection lost.")),
    });

  it.each([["with a token"], ["without one"]])(
    "%s is a 400 that is logged at info and raises no alarm",
    async (who) => {
      const headers = await new Api().headers({
        "Content-Type": "application/json",
        "Idempotency-Key": newKey(),
      });
      if (who === "without one") delete headers.Authorization;
      const answers: Response[] = [];
      const lines = await logged(async () => {
        const init = { method: "POST", headers, body: brokenOff() };
        answers.push(await app.request("/ingest", init, env, createExecutionContext()));
      });
      expect(answers.map(({ status }) => status)).toEqual([400]);
      expect(lines.map((line) => JSON.parse(line).message)).toEqual(["request"]);
      expect(requestLines(lines).map((line) => JSON.parse(line))).toMatchObject([
        { level: "info", status: 400, code: "malformed_json" },
      ]);
    },
  );
});

describe("a read that D1 fails", () => {
  const PATHS = ["/api/tables/clients", "/api/tables/clients/C-1", "/v1/accounts/1100/balance?currency=USD"];

  async function readOver(path: string, message: string) {
    const headers = await new Api().headers();
    const d1 = new FaultyD1(env.DB).meet(() => true, failBefore(message));
    const answer = await app.request(path, { headers }, { ...env, DB: d1.binding }, createExecutionContext());
    return {
      status: answer.status,
      retryAfter: answer.headers.get("Retry-After"),
      body: await answer.json(),
    };
  }

  it.each(PATHS)("because it is unavailable or overloaded is a 503 with Retry-After: %s", async (path) => {
    for (const message of [
      "D1_ERROR: Network connection lost.",
      "D1 DB is overloaded. Too many requests queued.",
    ]) {
      const { status, retryAfter, body } = await readOver(path, message);
      expect([status, retryAfter]).toEqual([503, "2"]);
      expect(body).toMatchObject({ code: "unavailable" });
      expect(JSON.stringify(body)).not.toContain("D1");
    }
  });

  it.each(PATHS)("because the statement is wrong is a 500, not a 503: %s", async (path) => {
    const { status, body } = await readOver(path, "D1_TYPE_ERROR: Type 'symbol' not supported");
    expect(status).toBe(500);
    expect(body).toMatchObject({
      code: "internal_error",
      detail: "Internal error. Quote the trace_id when you report it.",
    });
  });
});
