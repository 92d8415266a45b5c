/**
 * The measure of what Workers, Hono and D1 cost by themselves: nothing is checked but the token, and what is sent is not
 * even read.
 */
import { Hono } from "hono";
import { type Caller, verified } from "./token-check.ts";

const app = new Hono<Caller>();

app.post("/ingest", verified, (c) => c.json({ status: "success" }, 201));

app.get("/api/tables/clients/:id", verified, async (c) => {
  const query = "SELECT * FROM clients WHERE tenant_id = ? AND client_id = ?";
  const row = await c.env.DB.prepare(query).bind(c.get("tenant"), c.req.param("id")).first();
  return row ? c.json({ data: row }) : c.notFound();
});

app.get("/api/tables/clients", verified, async (c) => {
  const query =
    "SELECT * FROM clients WHERE tenant_id = ? AND deleted_at IS NULL ORDER BY created_seq DESC LIMIT 50";
  const { results } = await c.env.DB.prepare(query).bind(c.get("tenant")).all();
  return c.json({ data: results });
});

export default app;
