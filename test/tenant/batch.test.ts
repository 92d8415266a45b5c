import { exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { Api, newKey } from "../support/api.ts";
import { individual, loan, payment } from "../support/examples.ts";
import { failBefore, HeldCalls, isCommit, isLoad, wrapDatabase } from "../support/faulty-d1.ts";
import { arrivals, gateOf, oneTo, submissionOf } from "../support/gate.ts";

interface Line {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: { readonly code?: string };
}

const keyed = (lines: readonly object[]) => lines.map((line) => ({ idempotency_key: newKey(), ...line }));

async function send(api: Api, lines: readonly object[]): Promise<readonly Line[]> {
  const headers = await api.headers({ "Content-Type": "application/x-ndjson" });
  const body = lines.map((line) => JSON.stringify(line)).join("\n");
  const request = { method: "POST", headers, body };
  const response = await exports.default.fetch("http://ledger.test/ingest/batch", request);
  return (await response.text())
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** The lines that are to be sent again; each says when. */
function expectUnavailable(answers: readonly Line[]): void {
  for (const { status, body, headers } of answers) {
    expect([status, body.code, headers?.["Retry-After"]]).toEqual([503, "unavailable", "2"]);
  }
}

const RESET = "D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.";
const OVERLOADED = "D1_ERROR: D1 DB is overloaded. Requests queued for too long.";

const family = () =>
  keyed([
    { category: "client", data: individual },
    { category: "disbursement", data: loan },
    { category: "payment", data: payment },
    { category: "payment", data: { ...payment, payment_id: "PAY-2" } },
  ]);

describe("a batch of which the database does not take some lines for a moment", () => {
  it("refuses no line of the same group for what those would have stored, and stores all when it is sent again", async () => {
    const api = new Api();
    const d1 = await wrapDatabase(gateOf(api.tenant));
    // Three tries of the whole, and one of each half that holds the first line.
    d1.meet(isCommit, failBefore(RESET), 5);
    const lines = family();
    const answers = await send(api, lines);
    const open = answers.filter(({ status }) => status >= 500);
    expect(open.length).toBeGreaterThan(0);
    expectUnavailable(open);
    expect(answers.filter(({ status }) => status >= 400)).toEqual(open);
    d1.heal();
    const again = await send(api, lines);
    expect(again.map(({ status }) => status).every((status) => status < 300)).toBe(true);
  });

  it("refuses no line of a later group for what the first would have stored", async () => {
    const api = new Api();
    const d1 = await wrapDatabase(gateOf(api.tenant));
    d1.meet(isLoad, failBefore(OVERLOADED), 1);
    const lines = keyed([
      ...oneTo(100).map((n) => ({ category: "client", data: { ...individual, client_id: `C-${n}` } })),
      ...oneTo(50).map((n) => ({
        category: "disbursement",
        data: { ...loan, disbursement_id: `L-${n}`, client_id: `C-${n}` },
      })),
    ]);
    expectUnavailable(await send(api, lines));
    const again = await send(api, lines);
    expect(new Set(again.map(({ status }) => status))).toEqual(new Set([201]));
  });

  it("refuses no line for one that the gate has no room for", async () => {
    const api = new Api();
    const gate = gateOf(api.tenant);
    const d1 = await wrapDatabase(gate);
    const hold = new HeldCalls();
    d1.meet(isLoad, hold.fault, 1);
    const first = gate.submit(api.tenant, await submissionOf("client", { ...individual, client_id: "C-0" }));
    await hold.reached();
    const missing = await submissionOf("client", { step: "delete", client_id: "C-none" });
    const fill = [...oneTo(15).map((n) => ({ n, bytes: 999_990 })), { n: 16, bytes: 960_000 }].map(
      ({ n, bytes }) =>
        gate.submit(api.tenant, { ...missing, data: "x".repeat(bytes), key: `fill-key-${n}` }),
    );
    await arrivals(gate);
    const big = { ...individual, info: { note: "y".repeat(15_000) } };
    const lines = keyed([
      ...oneTo(2).map((n) => ({ category: "client", data: { ...big, client_id: `B-${n}` } })),
      { category: "client", data: { ...big, client_id: "C-1" } },
      { category: "disbursement", data: loan },
      { category: "payment", data: payment },
    ]);
    const sent = send(api, lines);
    await scheduler.wait(300);
    hold.release();
    const answers = await sent;
    await Promise.all([first, ...fill]);
    expect(answers.slice(0, 3).map(({ body }) => body.code)).toContain("overloaded");
    expect(answers.filter(({ status }) => status >= 400 && status < 500)).toEqual([]);
    for (const { status, headers } of answers) {
      if (status >= 500) expect(headers?.["Retry-After"]).toMatch(/^[12]$/);
    }
    const again = await send(api, lines);
    expect(again.every(({ status }) => status < 300)).toBe(true);
  });

  it("still refuses what is wrong by itself", async () => {
    const api = new Api();
    const d1 = await wrapDatabase(gateOf(api.tenant));
    d1.meet(isLoad, failBefore(OVERLOADED), 1);
    const [first, ...others] = await send(
      api,
      keyed([
        ...oneTo(100).map((n) => ({ category: "client", data: { ...individual, client_id: `C-${n}` } })),
        {},
      ]),
    );
    expect(first?.status).toBe(503);
    expect(others.at(-1)?.status).toBe(400);
  });
});
