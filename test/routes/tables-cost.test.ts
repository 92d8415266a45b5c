import { beforeAll, describe, expect, it } from "vitest";
import { newTenant } from "../support/api.ts";
import { eventIdOf, insertRange, measured, TABLES, type TableName } from "../support/lookup-rows.ts";

const ROWS = 1000;
const LIMIT = 10;
const tenant = newTenant();
const names = Object.keys(TABLES) as TableName[];

/** Each parent has every tenth row, spread over the whole table. */
function parents(table: TableName, sequence: number) {
  const client_id = `C-${sequence % 10}`;
  if (table === "events" || table === "clients") return {};
  return table === "disbursements" ? { client_id } : { client_id, disbursement_id: `L-${sequence % 10}` };
}

beforeAll(async () => {
  for (const one of [newTenant(), tenant, newTenant()]) {
    for (const table of names) {
      await insertRange(one, table, 1, ROWS, (sequence) => parents(table, sequence));
    }
  }
});

const IDS: Readonly<Record<TableName, readonly [column: string, value: string]>> = {
  clients: ["client_id", "C-500"],
  disbursements: ["disbursement_id", "L-500"],
  payments: ["payment_id", "PAY-500"],
  operations: ["operation_id", "OP-500"],
  purchase_clients: ["id", `${eventIdOf(500)}-0`],
  events: ["event_id", eventIdOf(500)],
};

describe("the rows that a lookup reads, in tables of thousands of rows and several tenants", () => {
  it.each(names)("%s: one row by its id", async (table) => {
    const [column, id] = IDS[table];
    const { answer, rowsRead } = await measured(tenant, `/api/tables/${table}/${id}`);
    expect(answer.body.data[column]).toBe(id);
    expect(rowsRead).toBe(1);
  });

  it.each(names)("%s: one row by an equality on its id", async (table) => {
    const [column, id] = IDS[table];
    const { answer, rowsRead } = await measured(tenant, `/api/tables/${table}?${column}=${id}`);
    expect(answer.body.data).toHaveLength(1);
    expect(rowsRead).toBe(1);
  });

  it.each(names)("%s: no row for a missing id", async (table) => {
    const { answer, rowsRead } = await measured(tenant, `/api/tables/${table}/nobody`);
    expect(answer.status).toBe(404);
    expect(rowsRead).toBe(0);
  });

  const orders = names.flatMap((table) => (["desc", "asc"] as const).map((order) => [table, order] as const));
  it.each(orders)("%s %s: a page and one row more, the first page and the second", async (table, order) => {
    await expectPages(table, `/api/tables/${table}?limit=${LIMIT}&sort_order=${order}`);
  });

  it.each([
    ["disbursements", "client_id=C-3"],
    ["payments", "disbursement_id=L-3"],
    ["operations", "disbursement_id=L-3"],
    ["purchase_clients", "disbursement_id=L-3"],
    ["purchase_clients", "client_id=C-3"],
  ] as const)("%s of one parent, %s: a page and one row more", async (table, filter) => {
    for (const order of ["desc", "asc"]) {
      await expectPages(table, `/api/tables/${table}?limit=${LIMIT}&${filter}&sort_order=${order}`);
    }
  });
});

async function expectPages(table: TableName, path: string): Promise<void> {
  // The feed says how far the log goes: one row more.
  const head = table === "events" && path.includes("sort_order=asc") ? 1 : 0;
  const first = await measured(tenant, path);
  expect(first.answer.body.data).toHaveLength(LIMIT);
  expect(first.rowsRead).toBe(LIMIT + 1 + head);
  const second = await measured(tenant, `${path}&cursor=${first.answer.body.pagination.next_cursor}`);
  expect(second.answer.body.data).toHaveLength(LIMIT);
  // The order of purchase_clients has two columns, and the index search goes by the first: it meets the last row again.
  expect(second.rowsRead).toBe(table === "purchase_clients" ? LIMIT + 2 : LIMIT + 1 + head);
}
