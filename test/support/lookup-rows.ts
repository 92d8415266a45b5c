import { env } from "cloudflare:workers";
import { getTableColumns } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { AnySQLiteTable } from "drizzle-orm/sqlite-core";
import { expect } from "vitest";
import { app } from "../../src/app.ts";
import { eventId } from "../../src/domain/core/event-id.ts";
import { keyHash } from "../../src/domain/log/hash.ts";
import type { Client } from "../../src/domain/tape/fields.ts";
import { rowWriter } from "../../src/store/d1/rows.ts";
import { runAll } from "../../src/store/d1/statement.ts";
import { events } from "../../src/store/log.ts";
import { searchText } from "../../src/store/tape/rows.ts";
import {
  clients,
  disbursements,
  operations,
  payments,
  purchaseClients,
} from "../../src/store/tape/tables.ts";
import { type Answer, type Api, answerOf } from "./api.ts";
import { authorize } from "./tokens.ts";

/** Rows straight into D1, for what thousands of events would take too long to build. */
export const TABLES = {
  clients,
  disbursements,
  payments,
  operations,
  purchase_clients: purchaseClients,
  events,
};

export type TableName = keyof typeof TABLES;
type Row = Readonly<Record<string, unknown>>;

const START_MS = Date.UTC(2026, 0, 1);

/** When the event with this sequence happened, in milliseconds since 1970. */
export const timeOf = (sequence: number) => START_MS + sequence * 1000;

export const eventIdOf = (sequence: number) => eventId(timeOf(sequence), sequence, new Uint8Array(5));

const lifetime = (sequence: number) => ({
  created_seq: sequence,
  updated_seq: sequence,
  created_at: timeOf(sequence),
  updated_at: timeOf(sequence),
  deleted_at: null,
});

/** The smallest valid row of each table, as the event with this sequence would have made it. */
const ROWS: Readonly<Record<TableName, (sequence: number) => Row>> = {
  clients: (sequence) => ({
    client_id: `C-${sequence}`,
    name: "Ada",
    email: "ada@example.com",
    phone: "+1234567890",
    address: "1 Main St",
    country: "US",
    is_company: false,
    registration_number: "R-1",
    gender: "female",
    ...lifetime(sequence),
  }),
  disbursements: (sequence) => ({
    disbursement_id: `L-${sequence}`,
    kind: "loan",
    client_id: "C-1",
    disbursement_amount: 1_000_00n,
    total_expected_margin: 1_00n,
    first_agreed_amount: 1_000_00n,
    currency: "USD",
    disbursement_date: "2026-01-01",
    maturity_date: "2027-01-01",
    changed_hands: false,
    ...lifetime(sequence),
  }),
  payments: (sequence) => ({
    payment_id: `PAY-${sequence}`,
    disbursement_id: "L-1",
    client_id: "C-1",
    payment_total: 5_00n,
    currency: "USD",
    status: "expected",
    source: "client",
    due_date: "2026-02-01",
    expected_total: 5_00n,
    expected_due_date: "2026-02-01",
    due_sequence: sequence,
    refund: false,
    recovery: false,
    is_dated: false,
    ...lifetime(sequence),
  }),
  operations: (sequence) => ({
    operation_id: `OP-${sequence}`,
    disbursement_id: "L-1",
    operation_name: "Lease",
    currency: "USD",
    ...lifetime(sequence),
  }),
  purchase_clients: (sequence) => ({
    created_seq: sequence,
    position: 0,
    id: `${eventIdOf(sequence)}-0`,
    disbursement_id: "P-1",
    client_id: "C-1",
    created_at: timeOf(sequence),
    updated_at: timeOf(sequence),
  }),
  events: (sequence) => ({
    sequence,
    event_id: eventIdOf(sequence),
    category: "client",
    step: "create",
    record_id: `C-${sequence}`,
    previous_sequence: null,
    key_hash: keyHash("", `key-${sequence}`),
    fingerprint: "00",
    data: '{"data":{},"facts":{}}',
    private: null,
    salt: null,
    private_hash: null,
    person: null,
    makes_history: false,
    answer: null,
    actor: null,
    trace_id: "0".repeat(32),
    created_at: timeOf(sequence),
    hash: "00",
  }),
};

/** Writes rows of a tenant; each is the table's smallest row with `changes` laid over it. */
export async function insertRows(tenant: string, table: TableName, changes: readonly Row[]): Promise<void> {
  const rows = changes.map((change) => {
    const sequence = Number(change.sequence ?? change.created_seq);
    const row: Row = { tenant_id: tenant, ...ROWS[table](sequence), ...change };
    if (table === "events") return { ...row, data: `{"data":${change.data ?? "{}"},"facts":{}}` };
    return table === "clients" ? { ...row, search_text: searchText(row as unknown as Client) } : row;
  });
  const columns = Object.keys(getTableColumns(TABLES[table]));
  const whole = rows.map((row: Row) => Object.fromEntries(columns.map((name) => [name, row[name] ?? null])));
  const write = rowWriter<AnySQLiteTable>(TABLES[table]);
  await runAll(drizzle(env.DB), write(whole));
}

/** Writes rows with the sequences `from` to `to`. */
export async function insertRange(
  tenant: string,
  table: TableName,
  from: number,
  to: number,
  change: (sequence: number) => Row = () => ({}),
): Promise<void> {
  const place = table === "events" ? "sequence" : "created_seq";
  const sequences = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  await insertRows(
    tenant,
    table,
    sequences.map((sequence) => ({ [place]: sequence, ...change(sequence) })),
  );
}

/** An answer of the service, and the rows that D1 charges for it. */
export async function measured(
  tenant: string,
  path: string,
): Promise<{ readonly answer: Answer; readonly rowsRead: number; readonly rowsWritten: number }> {
  let rowsRead = 0;
  let rowsWritten = 0;
  const metered = {
    withSession(from: string) {
      const session = env.DB.withSession(from);
      return {
        prepare: (statement: string) => session.prepare(statement),
        getBookmark: () => session.getBookmark(),
        async batch(statements: D1PreparedStatement[]) {
          const results = await session.batch(statements);
          for (const { meta } of results) {
            rowsRead += meta.rows_read;
            rowsWritten += meta.rows_written;
          }
          return results;
        },
      };
    },
  };
  const headers = await authorize(tenant, "records:read");
  const context = { waitUntil: () => {}, passThroughOnException: () => {}, props: {} };
  const response = await app.request(path, { headers }, { ...env, DB: metered }, context as never);
  return { answer: await answerOf(response), rowsRead, rowsWritten };
}

/** More pages than any test has: a cursor that goes in circles ends here. */
const PAGES_MAX = 100;

/** Follows next_cursor to the last page; `between` runs after each page with its number. */
export async function walk(
  api: Api,
  path: string,
  between: (page: number) => Promise<void> = async () => {},
): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor = "";
  for (let page = 1; page <= PAGES_MAX; page++) {
    const answer = await api.get(`${path}${cursor}`);
    expect(answer.status, answer.text).toBe(200);
    const { has_more, next_cursor } = answer.body.pagination;
    rows.push(...answer.body.data);
    // The last page of the feed has a cursor, too: it goes on with the events to come.
    if (!/^\/api\/tables\/events\?.*sort_order=asc/.test(path))
      expect(has_more).toBe(next_cursor !== undefined);
    if (!has_more) return rows;
    cursor = `&cursor=${next_cursor}`;
    await between(page);
  }
  throw new Error(`${path} does not end`);
}

export const idsOf = (rows: readonly Row[], name: string) => rows.map((row) => row[name]);
