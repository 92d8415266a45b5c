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
  "usual_keys",
  {
    tenant_id: text().notNull(),
    key: text().notNull(),
    fingerprint: text().notNull(),
    event_id: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant_id, t.key] })],
);

const events = sqliteTable(
  "usual_events",
  {
    tenant_id: text().notNull(),
    event_id: text().notNull(),
    category: text().notNull(),
    step: text().notNull(),
    record_id: text().notNull(),
    data: text().notNull(),
    created_at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant_id, t.event_id] })],
);

const clients = sqliteTable(
  "usual_clients",
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
    gender: text(),
    contact_person: text(),
    info: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant_id, t.client_id] })],
);

/** Its tables, keyed and stored as the project's own are. */
export const USUAL_TABLES = [
  "CREATE TABLE usual_keys (tenant_id TEXT NOT NULL, key TEXT NOT NULL, fingerprint TEXT NOT NULL, event_id TEXT NOT NULL, PRIMARY KEY (tenant_id, key)) STRICT, WITHOUT ROWID",
  "CREATE TABLE usual_events (tenant_id TEXT NOT NULL, event_id TEXT NOT NULL, category TEXT NOT NULL, step TEXT NOT NULL, record_id TEXT NOT NULL, data TEXT NOT NULL, created_at INTEGER NOT NULL, PRIMARY KEY (tenant_id, event_id)) STRICT, WITHOUT ROWID",
  "CREATE TABLE usual_clients (tenant_id TEXT NOT NULL, client_id TEXT NOT NULL, name TEXT NOT NULL, email TEXT NOT NULL, phone TEXT NOT NULL, address TEXT NOT NULL, country TEXT NOT NULL, is_company INTEGER NOT NULL, registration_number TEXT NOT NULL, gender TEXT, contact_person TEXT, info TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, PRIMARY KEY (tenant_id, client_id)) STRICT, WITHOUT ROWID",
  "CREATE INDEX usual_clients_by_creation ON usual_clients (tenant_id, created_at)",
];

const schema = z.strictObject({
  category: z.literal("client"),
  data: z.strictObject({
    step: z.literal("create"),
    client_id: z.string().min(1).max(128),
    name: z.string().trim().min(1).max(256),
    email: z.email().max(254),
    phone: z.e164(),
    address: z.string().trim().min(1).max(512),
    country: z.string().length(2),
    is_company: z.boolean(),
    registration_number: z.string().min(1).max(128),
    gender: z.enum(["male", "female", "company"]).optional(),
    contact_person: z.string().max(256).optional(),
    info: z.record(z.string(), z.unknown()).optional(),
  }),
});

const app = new Hono<Caller>();

app.post("/ingest", verified, zValidator("json", schema), async (c) => {
  const key = c.req.header("Idempotency-Key");
  if (!key) return c.json({ error: "missing Idempotency-Key" }, 400);
  const tenant_id = c.get("tenant");
  const body = c.req.valid("json");
  const db = drizzle(c.env.DB);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(body)));
  const fingerprint = new Uint8Array(digest).toHex();
  const [used] = await db
    .select()
    .from(keys)
    .where(and(eq(keys.tenant_id, tenant_id), eq(keys.key, key)))
    .limit(1);
  if (used) {
    if (used.fingerprint !== fingerprint) return c.json({ error: "mismatch" }, 422);
    return c.json({ status: "duplicate", event_id: used.event_id }, 200);
  }
  const event_id = crypto.randomUUID();
  const now = Date.now();
  const { step, info, gender, contact_person, ...rest } = body.data;
  const data = JSON.stringify(body.data);
  const event = { tenant_id, event_id, category: body.category, step, record_id: rest.client_id, data };
  const client = {
    ...rest,
    tenant_id,
    gender: gender ?? null,
    contact_person: contact_person ?? null,
    info: info ? JSON.stringify(info) : null,
  };
  await db.batch([
    db.insert(keys).values({ tenant_id, key, fingerprint, event_id }),
    db.insert(events).values({ ...event, created_at: now }),
    db.insert(clients).values({ ...client, created_at: now, updated_at: now }),
  ]);
  return c.json({ status: "success", event_id, id: rest.client_id }, 201);
});

export default app;
