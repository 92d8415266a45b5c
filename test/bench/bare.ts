/** The measure of what Workers, Hono and D1 cost by themselves: nothing is checked but the token. */
import { Hono } from "hono";
import { type Caller, verified } from "./token-check.ts";

const app = new Hono<Caller>();

app.post("/ingest", verified, async (c) => {
  const body = await c.req.json();
  return c.json({ status: "success", id: body.data.client_id }, 201);
});

app.get("/clients/:id", verified, async (c) => {
  const query = "SELECT * FROM clients WHERE tenant_id = ? AND client_id = ?";
  const row = await c.env.DB.prepare(query).bind(c.get("tenant"), c.req.param("id")).first();
  return row ? c.json({ data: row }) : c.notFound();
});

app.get("/clients", verified, async (c) => {
  const query =
    "SELECT * FROM clients WHERE tenant_id = ? AND deleted_at IS NULL ORDER BY created_seq DESC LIMIT 50";
  const { results } = await c.env.DB.prepare(query).bind(c.get("tenant")).all();
  return c.json({ data: results });
});

export default app;
