/**
 * The same promise off Workers: Hono on Node, a pool of connections to PostgreSQL, the token check and the schema of
 * the usual way. `WRITE` says whether an event is a transaction or one statement.
 */
import { createHash, randomUUID } from "node:crypto";
import { zValidator } from "@hono/zod-validator";
import { Hono } from "hono";
import { type Caller, verified } from "../token-check.ts";
import { body, header } from "../usual.ts";

// @ts-expect-error installed for the run (peer.ts)
const { serve } = await import("@hono/node-server");
// @ts-expect-error installed for the run (peer.ts)
const { default: pg } = await import("pg");

/** One row each for the key, the event and the client; a key that is taken changes nothing. */
const STATEMENTS = {
  key: "INSERT INTO idempotency_keys VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
  event: "INSERT INTO events VALUES ($1, $2, 'client', 'create', $3, $4, $5)",
  client: "INSERT INTO clients VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
  used: "SELECT fingerprint, answer FROM idempotency_keys WHERE tenant_id = $1 AND key = $2",
  all: `WITH taken AS (INSERT INTO idempotency_keys VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING 1),
    event AS (INSERT INTO events SELECT $5::uuid, $1, 'client', 'create', $6, $2, $7::jsonb FROM taken),
    client AS (INSERT INTO clients
      SELECT $1, $6, $8, $9, $10, $11, $12, $13::boolean, $14, $15, $16 FROM taken)
    SELECT count(*)::int AS stored FROM taken`,
} as const;

interface Event {
  readonly key: readonly [tenant: string, key: string];
  readonly taken: readonly [fingerprint: string, answer: string];
  readonly event: { readonly id: string; readonly client: string; readonly data: string };
  readonly rest: readonly unknown[];
}

interface Connection {
  query(query: object): Promise<{ rowCount: number; rows: Record<string, unknown>[] }>;
}

/** By name, so that each connection parses it once. */
const query = (on: Connection, name: keyof typeof STATEMENTS, values: readonly unknown[]) =>
  on.query({ name, text: STATEMENTS[name], values });

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 20, idleTimeoutMillis: 0 });

/** True when the event was stored, false when its key had been used. */
const WRITES = {
  async transaction({ key, taken, event, rest }: Event): Promise<boolean> {
    const connection = await pool.connect();
    try {
      await connection.query("BEGIN");
      const { rowCount } = await query(connection, "key", [...key, ...taken]);
      if (rowCount === 1) {
        await query(connection, "event", [event.id, key[0], event.client, key[1], event.data]);
        await query(connection, "client", [key[0], event.client, ...rest]);
      }
      await connection.query("COMMIT");
      connection.release();
      return rowCount === 1;
    } catch (error) {
      connection.release(error);
      throw error;
    }
  },
  async statement({ key, taken, event, rest }: Event): Promise<boolean> {
    const values = [...key, ...taken, event.id, event.client, event.data, ...rest];
    const { rows } = await query(pool, "all", values);
    return rows[0]?.stored === 1;
  },
};
const write = WRITES[process.env.WRITE as keyof typeof WRITES];

const app = new Hono<Caller>();

app.post("/ingest", verified, zValidator("header", header), zValidator("json", body), async (c) => {
  const key = [c.get("tenant"), c.req.valid("header")["idempotency-key"]] as const;
  const { category, data } = c.req.valid("json");
  const { client_id, step, name, email, phone, address, country, gender } = data;
  const text = JSON.stringify(data);
  const fingerprint = createHash("sha256").update(text).digest("hex");
  const answer = { status: "success", event_id: randomUUID(), category, step, id: client_id };
  const stored = await write({
    key,
    taken: [fingerprint, JSON.stringify(answer)],
    event: { id: answer.event_id, client: client_id, data: text },
    rest: [
      ...[name, email, phone, address, country, data.is_company, data.registration_number, gender],
      data.contact_person ?? null,
    ],
  });
  if (stored) return c.json(answer, 201);
  const [used] = (await query(pool, "used", key)).rows;
  if (used?.fingerprint !== fingerprint) return c.json({ error: "idempotency_mismatch" }, 422);
  return c.json({ ...JSON.parse(String(used.answer)), status: "duplicate" });
});

const fetch = (request: Request) => app.fetch(request, process.env as unknown as Caller["Bindings"]);
serve({ fetch, hostname: "127.0.0.1", port: Number(process.env.PORT) }, () => console.log("ready"));
