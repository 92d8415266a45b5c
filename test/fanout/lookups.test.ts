import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { Api, newTenant } from "../support/api.ts";
import { individual, loan, operation } from "../support/examples.ts";
import { eventIdOf, measured } from "../support/lookup-rows.ts";
import { tamper } from "../support/tamper.ts";
import { HISTORY } from "./expected.ts";
import { deliver, dueHistoryOf, messageFor, revise, tenantWithoutQueue } from "./queue.ts";

type Table = (typeof HISTORY)[number];

/** A tenant with a loan that was changed in every way, and its history. */
async function changedLoan(): Promise<Api> {
  const { api } = await tenantWithoutQueue();
  await api.accept("disbursement", loan);
  await api.accept(
    "disbursement",
    revise({ maturity_date: "2026-01-31", total_expected_margin: 1000.01, disbursement_amount: 9000.5 }),
  );
  await api.accept("operation", { ...operation, asset_id: "A-1", asset_condition: "new" });
  await api.accept("disbursement", { step: "delete", disbursement_id: "L-1" });
  await deliver([messageFor(api.tenant)]);
  return api;
}

const list = async (api: Api, path: string) => {
  const answer = await api.get(`/api/tables/${path}`);
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
  return answer.body.data;
};

describe("the lookups of history", () => {
  it.each(HISTORY)("%s: show the rows that the contract derives, and each by its id", async (table) => {
    const api = await changedLoan();
    const expected = (await dueHistoryOf(api.tenant))[table].map((row) => ({ ...row, id: row.event_id }));
    expect(expected.length).toBeGreaterThan(0);
    expect(await list(api, `${table}?sort_by=created_at&sort_order=asc`)).toEqual(expected);
    for (const row of expected) {
      expect((await api.get(`/api/tables/${table}/${row.id}`)).body).toEqual({ data: row });
      expect(await list(api, `${table}?id=${row.id}`)).toEqual([row]);
      expect(await list(api, `${table}?event_id=${row.id}`)).toEqual([row]);
    }
  });

  it.each(HISTORY)("%s: show nothing to another tenant, under the same ids", async (table) => {
    const [owner, other] = [await changedLoan(), new Api()];
    const [{ id }] = await list(owner, table);
    expect(await list(other, table)).toEqual([]);
    expect(await list(other, `${table}?disbursement_id=L-1`)).toEqual([]);
    expect((await other.get(`/api/tables/${table}/${id}`)).status).toBe(404);
    expect((await other.get(`/api/tables/${table}/nobody`)).status).toBe(404);
  });

  it("write amounts as exact decimals of the row's currency", async () => {
    const { api } = await tenantWithoutQueue();
    const big = { ...loan, currency: "KWD" };
    await api.post(
      "/ingest",
      JSON.stringify({ category: "disbursement", data: big }).replace("10000", "1234567890123456.789"),
    );
    await api.accept("disbursement", revise({ disbursement_amount: 0.001 }));
    await deliver([messageFor(api.tenant)]);
    const { text } = await api.get("/api/tables/write_offs");
    expect(text).toContain('"previous_amount":1234567890123456.789,');
    expect(text).toContain('"new_amount":0.001,');
    expect(text).toContain('"write_off_amount":1234567890123456.788,');
  });

  it("of the status tables come in the order of on_date, newest first", async () => {
    const { api } = await tenantWithoutQueue();
    for (const [index, day] of ["2024-05-02", "2024-05-03", "2024-05-01"].entries()) {
      const data = { ...loan, disbursement_id: `L-${index}`, disbursement_date: day };
      await api.accept("disbursement", data);
    }
    await deliver([messageFor(api.tenant)]);
    const rows: { on_date: string }[] = await list(api, "disbursement_status");
    expect(rows.map(({ on_date }) => on_date)).toEqual(["2024-05-03", "2024-05-02", "2024-05-01"]);
    const bounded = "disbursement_status?date_field=on_date&start_date=2024-05-02&end_date=2024-05-02";
    expect(await list(api, bounded)).toEqual([rows[1]]);
  });

  it("filter by status and find by a part of an id", async () => {
    const api = await changedLoan();
    expect(await list(api, "disbursement_status?status=canceled")).toHaveLength(1);
    expect(await list(api, "disbursement_status?search=cancel")).toHaveLength(1);
    expect(await list(api, "asset_status?search=OP-")).toHaveLength(1);
    expect(await list(api, "asset_status?asset_id=A-2")).toEqual([]);
    expect((await api.get("/api/tables/rebates?status=canceled")).body.code).toBe("invalid_query");
  });

  it("require the scope records:read", async () => {
    const answer = await new Api(newTenant(), "ingest:write").get("/api/tables/rebates");
    expect([answer.status, answer.body.code]).toEqual([403, "insufficient_scope"]);
  });

  it("show a disbursement's whole life, together with the events and the payments", async () => {
    const api = new Api();
    await api.accept("client", individual);
    await api.accept("disbursement", loan);
    await api.accept("disbursement", revise({ maturity_date: "2026-01-31" }, { change_reason: "Harvest" }));
    await api.accept("disbursement", revise({ disbursement_amount: 9000 }, { change_reason: "Arrears" }));
    await deliver([messageFor(api.tenant)]);
    const [agreed] = await list(api, "events?id=L-1&step=create");
    const [extension] = await list(api, "extensions?disbursement_id=L-1");
    const [writeOff] = await list(api, "write_offs?disbursement_id=L-1");
    const [now] = await list(api, "disbursements?disbursement_id=L-1");
    expect(agreed.data.maturity_date).toBe(extension.previous_maturity_date);
    expect(extension).toMatchObject({ new_maturity_date: now.maturity_date, change_reason: "Harvest" });
    expect(agreed.data.disbursement_amount).toBe(writeOff.previous_amount);
    expect(writeOff).toMatchObject({ new_amount: now.disbursement_amount, change_reason: "Arrears" });
  });
});

describe("the rows that a lookup of history reads, in tables of a thousand rows and several tenants", () => {
  const ROWS = 1000;
  const LIMIT = 10;
  const tenant = newTenant();

  /** The columns of each table besides the common ones, for a row of this sequence. */
  const OWN: Readonly<Record<Table, string>> = {
    disbursement_status: "'L-' || (n % 100), 'ongoing'",
    extensions: "'L-' || (n % 10), '2025-01-01', '2026-01-01', '2025-03-01', 'why'",
    rebates: "'L-' || (n % 10), 3, 1, 2, 'USD', '2025-03-01', 'why'",
    write_offs: "'L-' || (n % 10), 3, 1, 2, 'USD', '2025-03-01', 'why'",
    restructures: "'L-' || (n % 10), NULL, NULL, 3, 1, 3, 1, 'USD', '2025-03-01', 'why'",
    asset_status: "'OP-' || (n % 100), 'L-' || (n % 10), NULL, 'new'",
  };

  const recordOf = (table: Table) =>
    table === "disbursement_status" ? "'L-' || (n % 100)" : "'OP-' || (n % 100)";

  beforeAll(async () => {
    const ids = JSON.stringify(Array.from({ length: ROWS }, (_, index) => eventIdOf(index + 1)));
    const numbered = "SELECT key + 1 AS n, value AS id FROM json_each(?2)";
    const day = "date('2024-01-01', n || ' days')";
    for (const one of [newTenant(), tenant, newTenant()]) {
      for (const table of HISTORY) {
        const values = `SELECT ?1, n, id, ${day}, 1700000000000 + n, ${OWN[table]} FROM (${numbered})`;
        await env.DB.prepare(`INSERT INTO ${table} ${values}`).bind(one, ids).run();
      }
    }
  });

  /** The log that says which record an event was about. */
  async function writeLog(table: Table): Promise<void> {
    const ids = JSON.stringify([eventIdOf(500)]);
    const insert = env.DB.prepare(
      `INSERT OR REPLACE INTO events (tenant_id, sequence, event_id, category, step, record_id, key_hash, data, makes_history,
         trace_id, created_at, hash)
       SELECT ?1, n, id, 'x', 'create', ${recordOf(table)}, zeroblob(32), '{"data":{},"facts":{}}', 0, zeroblob(16), 1,
         zeroblob(32)
       FROM (SELECT 500 AS n, value AS id FROM json_each(?2))`,
    );
    await tamper(insert.bind(tenant, ids));
  }

  it.each(HISTORY)("%s: one row by its id, and at most its event's row", async (table) => {
    await writeLog(table);
    const { answer, rowsRead } = await measured(tenant, `/api/tables/${table}/${eventIdOf(500)}`);
    expect(answer.body.data.id).toBe(eventIdOf(500));
    expect(rowsRead).toBeLessThanOrEqual(2);
  });

  const orders = HISTORY.flatMap((table) =>
    (["desc", "asc"] as const).map((order) => [table, order] as const),
  );
  it.each(orders)("%s %s: a page and one row more, the first page and the second", async (table, order) => {
    // The order of the status tables has two columns, and the index search by the first one reads the last row again.
    const again = table === "disbursement_status" || table === "asset_status" ? 1 : 0;
    await expectPages(`/api/tables/${table}?limit=${LIMIT}&sort_order=${order}`, LIMIT + 1, again);
  });

  it.each([
    ["extensions", "disbursement_id=L-3"],
    ["rebates", "disbursement_id=L-3"],
    ["write_offs", "disbursement_id=L-3"],
    ["restructures", "disbursement_id=L-3"],
  ] as const)("%s of one parent, %s: a page and one row more", async (table, filter) => {
    for (const order of ["desc", "asc"]) {
      await expectPages(`/api/tables/${table}?limit=${LIMIT}&${filter}&sort_order=${order}`, LIMIT + 1);
    }
  });

  it.each([
    ["disbursement_status", "disbursement_id=L-3"],
    ["asset_status", "operation_id=OP-3"],
  ] as const)("%s of one record, %s: only that record's rows", async (table, filter) => {
    const { answer, rowsRead } = await measured(tenant, `/api/tables/${table}?${filter}`);
    expect(answer.body.data).toHaveLength(ROWS / 100);
    // Each is read again to bring them into the order of on_date, to measure the stretch, and to show it.
    expect(rowsRead).toBeLessThanOrEqual(5 * (ROWS / 100) + 5 + PROGRESS);
  });

  /** What it reads to say how far history is: the log's last event, and where the history of the next one would be. */
  const PROGRESS = 2;

  async function expectPages(path: string, page: number, again = 0): Promise<void> {
    const rows = page + PROGRESS;
    const first = await measured(tenant, path);
    expect(first.answer.body.data).toHaveLength(LIMIT);
    const second = await measured(tenant, `${path}&cursor=${first.answer.body.pagination.next_cursor}`);
    expect(second.answer.body.data).toHaveLength(LIMIT);
    expect([path, first.rowsRead, second.rowsRead]).toEqual([path, rows, rows + again]);
  }
});
