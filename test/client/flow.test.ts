import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type * as Client from "../../dist/client/index.d.ts";
import { TEST_AUTH_BINDINGS } from "../support/auth-settings.ts";
import { buildWorker, startBuiltWorker } from "../support/built-worker.ts";
import { mintToken } from "../support/tokens.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const SCOPES =
  "ingest:write records:read positions:read hpts:disbursements:write hpts:payments:write hpts:balances:read settings:write";

/** A service that can be killed and started again on the same data, behind one address. */
class Service {
  readonly #script: string;
  readonly #directory: string;
  #running: Miniflare | null = null;
  sent = 0;

  constructor(script: string, directory: string) {
    this.#script = script;
    this.#directory = directory;
  }

  async start(): Promise<void> {
    const options = { bindings: TEST_AUTH_BINDINGS, directory: this.#directory };
    this.#running = await startBuiltWorker(this.#script, options);
  }

  async kill(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    await running?.dispose();
  }

  /** What the client is given for a network. */
  readonly fetch = async (request: Request): Promise<Response> => {
    this.sent += 1;
    const running = this.#running;
    if (running === null) throw new TypeError("fetch failed: connection refused");
    const { origin } = await running.ready;
    const url = request.url.replace("http://ledger.test", origin);
    return fetch(new Request(url, request));
  };

  async client(tenant: string): Promise<Client.LedgerClient> {
    const token = await mintToken({ tenant, scope: SCOPES });
    return createLedgerClient({
      url: "http://ledger.test",
      token: () => token,
      fetch: this.fetch,
      attempts: 30,
      firstPauseMs: 20,
    });
  }
}

const runNode = (...args: readonly string[]) => execFileSync(process.execPath, args, { cwd: ROOT });

/** The package's export, built as `npm run client` builds it. */
let createLedgerClient: typeof Client.createLedgerClient;
let service: Service;
let directory: string;
beforeAll(async () => {
  runNode("src/client/build.ts");
  ({ createLedgerClient } = await import(join(ROOT, "dist/client/index.js")));
  directory = await mkdtemp(join(tmpdir(), "loan-ledger-client-"));
  service = new Service(await buildWorker(), directory);
  await service.start();
});
afterAll(async () => {
  await service.kill();
  await rm(directory, { recursive: true, force: true });
});

const client = {
  step: "create",
  client_id: "BR-1",
  name: "John Doe",
  email: "john.doe@example.com",
  phone: "+1234567890",
  address: "123 Main St",
  country: "US",
  is_company: false,
  registration_number: "ID-1",
  gender: "male",
} as const;
const loan = {
  step: "create",
  disbursement_id: "DSB-1",
  kind: "loan",
  client_id: "BR-1",
  disbursement_amount: 10000,
  currency: "USD",
  total_expected_margin: 1293,
  disbursement_date: "2024-10-20T12:34:56Z",
  maturity_date: "2025-10-20T12:34:56Z",
} as const;
const installment = (number: number) =>
  ({
    step: "create",
    payment_id: `PAY-${number}`,
    disbursement_id: "DSB-1",
    status: "expected",
    due_date: "2024-11-20",
    payment_total: 500,
    installment_number: number,
    currency: "USD",
  }) as const;

describe("the client", () => {
  test("writes the recommended flow, client, loan, schedule, receipt, extension, and reads it all back", async () => {
    const ledger = await service.client("flow");
    const send = (body: Client.IngestEvent) => ledger.POST("/ingest", { body });
    const created = await send({ category: "client", data: client });
    expect(created.data).toMatchObject({ status: "success", sequence: 1, id: "BR-1" });
    expect((await send({ category: "disbursement", data: loan })).response.status).toBe(201);
    for (let number = 1; number <= 3; number += 1) {
      await send({ category: "payment", data: installment(number) });
    }
    const paid = { step: "update", payment_id: "PAY-1", status: "paid", payment_date: "2024-11-20" } as const;
    expect((await send({ category: "payment", data: paid })).data?.step).toBe("update");
    const extension = {
      step: "update",
      disbursement_id: "DSB-1",
      maturity_date: "2025-12-20T12:34:56Z",
      change_date: "2024-12-20",
      change_reason: "Client asked",
    } as const;
    expect((await send({ category: "disbursement", data: extension })).error).toBeUndefined();

    // Read-your-writes: the latest bookmark goes with each read.
    const read = await ledger.GET("/api/tables/disbursements/{id}", { params: { path: { id: "DSB-1" } } });
    expect(read.data?.data.maturity_date).toBe("2025-12-20T12:34:56Z");
    const payments: string[] = [];
    for await (const row of ledger.rows("payments", { limit: 2, sort_order: "asc" }))
      payments.push(row.payment_id);
    expect(payments).toEqual(["PAY-1", "PAY-2", "PAY-3"]);

    const posting = {
      loan_id: crypto.randomUUID(),
      borrower_id: crypto.randomUUID(),
      currency: "USD",
    } as const;
    const posted = await ledger.POST("/v1/disbursements", {
      body: { ...posting, amount_minor: "1000000", effective_at: "2024-10-20", method: "ach" },
    });
    expect(posted.response.status).toBe(201);
    const balance = await ledger.GET("/v1/loans/{loan_id}/balance", { params: { path: posting } });
    expect(balance.data?.principal_outstanding_minor).toBe("1000000");
  });

  test("sends a filter by a member of info as a parameter of its own, each value once", async () => {
    const ledger = await service.client("members");
    const settings = { report_dimensions: { disbursement: ["branch & more"] } };
    expect((await ledger.PUT("/v1/settings", { body: settings })).response.status).toBe(200);
    await ledger.POST("/ingest", { body: { category: "client", data: client } });
    for (const [id, branch] of [
      ["1", "North"],
      ["2", "South"],
      ["3", undefined],
    ]) {
      const data = { ...loan, disbursement_id: `DSB-${id}`, info: { "branch & more": branch } };
      await ledger.POST("/ingest", { body: { category: "disbursement", data } });
    }
    const members = { "info.branch & more": ["North", ""] };
    const query = { members, kind: ["loan" as const], sort_by: "disbursement_id" as const };
    const { data, error } = await ledger.GET("/api/positions", { params: { query } });
    expect(error).toBeUndefined();
    const found = data && "data" in data ? data.data : [];
    expect(found.map((one) => one.disbursement_id)).toEqual(["DSB-3", "DSB-1"]);
  });

  test("keeps every digit of an amount, whichever way it goes", async () => {
    const ledger = await service.client("digits");
    await ledger.POST("/ingest", { body: { category: "client", data: client } });
    const amounts = {
      "DSB-1": ["USD", "92233720368547758.07"],
      "DSB-2": ["JPY", "9223372036854775807"],
      "DSB-3": ["USD", "10000"],
    } as const;
    for (const [disbursement_id, [currency, amount]] of Object.entries(amounts)) {
      const large = {
        ...loan,
        disbursement_id,
        currency,
        disbursement_amount: amount,
        total_expected_margin: 0,
      };
      const info = { rate: "0.10", limit: 0.25 };
      const body = { category: "disbursement", data: { ...large, info } } as const;
      expect((await ledger.POST("/ingest", { body })).error).toBeUndefined();
    }
    const rows: Record<string, unknown> = {};
    for await (const row of ledger.rows("disbursements")) {
      rows[row.disbursement_id] = row.disbursement_amount;
      expect(row.info).toEqual({ rate: "0.10", limit: 0.25 });
      // What was read can be sent again.
      const data = {
        step: "update",
        disbursement_id: row.disbursement_id,
        gross_value: row.disbursement_amount,
      } as const;
      expect(
        (await ledger.POST("/ingest", { body: { category: "disbursement", data } })).error,
      ).toBeUndefined();
    }
    const texts = Object.fromEntries(Object.entries(amounts).map(([id, [, amount]]) => [id, amount]));
    expect(rows).toEqual(texts);
    const path = { id: "DSB-1" };
    const read = await ledger.GET("/api/tables/disbursements/{id}", { params: { path } });
    expect(read.data?.data.gross_value).toBe(texts["DSB-1"]);
    expect(read.data?.data.installment_count).toBeNull();
    const listed = await ledger.GET("/api/tables/disbursements", {
      params: { query: { include_count: "true" } },
    });
    expect(listed.data?.pagination).toMatchObject({ limit: 50, total: 3 });
    const position = await ledger.GET("/api/positions/{disbursement_id}", {
      params: { path: { disbursement_id: "DSB-2" }, query: { as_of_date: "2024-10-21" } },
    });
    expect(position.data?.data).toMatchObject({
      outstanding_principal: texts["DSB-2"],
      received: { total: "0" },
      days_past_due: 0,
    });
    const stop = new AbortController();
    for await (const { event } of ledger.follow({ waitS: 1, signal: stop.signal })) {
      if (event.id !== "DSB-1") continue;
      if (event.step === "create") expect(event.data?.disbursement_amount).toBe(texts["DSB-1"]);
      else {
        expect(event.changes).toEqual({ gross_value: { from: null, to: texts["DSB-1"] } });
        stop.abort();
        break;
      }
    }
  });

  test("returns a refusal as a typed problem, and does not retry it", async () => {
    const ledger = await service.client("refused");
    const before = service.sent;
    const { error, response } = await ledger.POST("/ingest", {
      body: { category: "client", data: { ...client, email: "nope" } },
    });
    expect(response.status).toBe(400);
    expect(error?.errors?.[0]).toMatchObject({ field: "data.email", code: "invalid_value" });
    expect(service.sent).toBe(before + 1);
  });

  test("writes each event exactly once while the service is killed and restarted", async () => {
    const ledger = await service.client("killed");
    await ledger.POST("/ingest", { body: { category: "client", data: client } });
    await ledger.POST("/ingest", { body: { category: "disbursement", data: loan } });
    const sending = Array.from({ length: 30 }, (_, index) =>
      ledger.POST("/ingest", { body: { category: "payment", data: installment(index + 1) } }),
    );
    await sending[0];
    await service.kill();
    await service.start();
    const answers = await Promise.all(sending);
    expect(answers.map(({ response }) => response.ok)).toEqual(answers.map(() => true));
    const ids: string[] = [];
    for await (const row of ledger.rows("payments", { limit: 7 })) ids.push(row.payment_id);
    expect(ids).toHaveLength(30);
    expect(new Set(ids).size).toBe(30);
    const sequences: number[] = [];
    for await (const row of ledger.rows("events", { sort_order: "asc" })) sequences.push(row.sequence);
    expect(sequences).toEqual(Array.from({ length: 32 }, (_, index) => index + 1));
  });

  test("follows the feed across a kill without a missing or repeated event", async () => {
    const ledger = await service.client("feed");
    const stop = new AbortController();
    const seen: Client.EventsRow[] = [];
    const following = (async () => {
      for await (const { event } of ledger.follow({ waitS: 1, signal: stop.signal })) {
        seen.push(event);
        if (seen.length === 4) return;
      }
    })();
    await ledger.POST("/ingest", { body: { category: "client", data: client } });
    await ledger.POST("/ingest", { body: { category: "disbursement", data: loan } });
    await service.kill();
    await service.start();
    await ledger.POST("/ingest", { body: { category: "payment", data: installment(1) } });
    await ledger.POST("/ingest", { body: { category: "payment", data: installment(2) } });
    await following;
    stop.abort();
    expect(seen.map(({ sequence, id }) => [sequence, id])).toEqual([
      [1, "BR-1"],
      [2, "DSB-1"],
      [3, "PAY-1"],
      [4, "PAY-2"],
    ]);
  });
});

describe("following the feed", () => {
  /** A client whose first request gets a page of two events, and the others what `later` does. */
  function following(later: (request: Request) => Promise<Response>) {
    let asked = 0;
    return createLedgerClient({
      url: "http://ledger.test",
      token: "ll_any",
      attempts: 1,
      fetch: (request: Request) => {
        asked += 1;
        const data = [{ sequence: 1 }, { sequence: 2 }];
        const page = { data, pagination: { has_more: true, next_cursor: "c" } };
        return asked === 1 ? Promise.resolve(Response.json(page)) : later(request);
      },
    });
  }

  test("ends quietly when its own signal aborts, while it waits or in the middle of a page", async () => {
    const waiting = new AbortController();
    const ledger = following((request) => {
      const { promise, reject } = Promise.withResolvers<Response>();
      request.signal.addEventListener("abort", () => reject(request.signal.reason));
      queueMicrotask(() => waiting.abort());
      return promise;
    });
    const seen: number[] = [];
    for await (const { event } of ledger.follow({ signal: waiting.signal })) seen.push(event.sequence);
    expect(seen).toEqual([1, 2]);
    const reading = new AbortController();
    const first: number[] = [];
    const again = following(() => Promise.reject(new Error("asked after the end")));
    for await (const { event } of again.follow({ signal: reading.signal })) {
      first.push(event.sequence);
      reading.abort();
    }
    expect(first).toEqual([1]);
  });

  test("throws what is no abort of its own", async () => {
    const ledger = following(() => Promise.reject(new TypeError("connection lost")));
    const read = async () => {
      for await (const _ of ledger.follow({ signal: new AbortController().signal }));
    };
    await expect(read()).rejects.toThrow("connection lost");
  });
});

describe("the types", () => {
  test("accept correct calls, and refuse a wrong category, step, route, table and column", () => {
    runNode("node_modules/typescript/bin/tsc", "--noEmit", "--project", "test/client");
  });
});
