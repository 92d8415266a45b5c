/**
 * The same promise, kept the usual way: a zod schema on the route, a table of idempotency keys in D1 that is asked
 * first, and one batch that stores key, event and record through Drizzle.
 */
import { zValidator } from "@hono/zod-validator";
import { and, eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { Hono } from "hono";
import * as z from "zod";
import { type Caller, verified } from "./token-check.ts";

const keys = sqliteTable(
  "idempotency_keys",
  {
    tenant_id: text().notNull(),
    key: text().notNull(),
    fingerprint: text().notNull(),
    answer: text().notNull(),
    created_at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant_id, t.key] })],
);

const events = sqliteTable("events", {
  event_id: text().primaryKey(),
  tenant_id: text().notNull(),
  category: text().notNull(),
  step: text().notNull(),
  record_id: text().notNull(),
  idempotency_key: text().notNull(),
  data: text().notNull(),
  created_at: integer().notNull(),
});

const clients = sqliteTable(
  "clients",
  {
    tenant_id: text().notNull(),
    client_id: text().notNull(),
    name: text().notNull(),
    email: text().notNull(),
    phone: text().notNull(),
    address: text().notNull(),
    country: text().notNull(),
    is_company: integer({ mode: "boolean" }).notNull(),
    registration_number: text().notNull(),
    gender: text().notNull(),
    contact_person: text(),
    created_at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant_id, t.client_id] })],
);

/** Its tables as Drizzle makes them, and an index for a tenant's events and for its clients in their order. */
export const USUAL_TABLES = [
  "CREATE TABLE idempotency_keys (tenant_id TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL, answer TEXT NOT NULL, created_at INTEGER NOT NULL, PRIMARY KEY (tenant_id, key))",
  "CREATE TABLE events (event_id TEXT PRIMARY KEY NOT NULL, tenant_id TEXT NOT NULL, category TEXT NOT NULL, step TEXT NOT NULL, record_id TEXT NOT NULL, idempotency_key TEXT NOT NULL, data TEXT NOT NULL, created_at INTEGER NOT NULL)",
  "CREATE INDEX events_by_tenant ON events (tenant_id, created_at)",
  "CREATE TABLE clients (tenant_id TEXT NOT NULL, client_id TEXT NOT NULL, name TEXT NOT NULL, email TEXT NOT NULL, phone TEXT NOT NULL, address TEXT NOT NULL, country TEXT NOT NULL, is_company INTEGER NOT NULL, registration_number TEXT NOT NULL, gender TEXT NOT NULL, contact_person TEXT, created_at INTEGER NOT NULL, PRIMARY KEY (tenant_id, client_id))",
  "CREATE INDEX clients_by_tenant ON clients (tenant_id, created_at)",
];

/** What a create of a client is checked against, here and by the peer. */
export const body = z.strictObject({
  category: z.literal("client"),
  data: z.strictObject({
    step: z.literal("create"),
    client_id: z.string().min(1).max(128),
    name: z.string().trim().min(1).max(256),
    email: z.email().max(254),
    phone: z.e164(),
    address: z.string().trim().min(1).max(512),
    country: z.string().regex(/^[A-Z]{2}$/),
    is_company: z.boolean(),
    registration_number: z.string().min(1).max(128),
    gender: z.enum(["male", "female", "company"]),
    contact_person: z.string().max(256).optional(),
  }),
});
export const header = z.object({
  "idempotency-key": z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{7,254}$/),
});

const app = new Hono<Caller>();

app.post("/ingest", verified, zValidator("header", header), zValidator("json", body), async (c) => {
  const tenant_id = c.get("tenant");
  const key = c.req.valid("header")["idempotency-key"];
  const { category, data } = c.req.valid("json");
  const db = drizzle(c.env.DB);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(data)));
  const fingerprint = new Uint8Array(digest).toHex();
  const [used] = await db
    .select()
    .from(keys)
    .where(and(eq(keys.tenant_id, tenant_id), eq(keys.key, key)))
    .limit(1);
  if (used) {
    if (used.fingerprint !== fingerprint) return c.json({ error: "idempotency_mismatch" }, 422);
    return c.json({ ...JSON.parse(used.answer), status: "duplicate" }, 200);
  }
  const event_id = crypto.randomUUID();
  const created_at = Date.now();
  const { step, ...client } = data;
  const answer = { status: "success", event_id, category, step, id: data.client_id };
  const event = { event_id, category, step, record_id: data.client_id, data: JSON.stringify(data) };
  await db.batch([
    db.insert(keys).values({ tenant_id, key, fingerprint, answer: JSON.stringify(answer), created_at }),
    db.insert(events).values({ ...event, tenant_id, idempotency_key: key, created_at }),
    db.insert(clients).values({ ...client, tenant_id, created_at }),
  ]);
  return c.json(answer, 201);
});

export default app;
