import { Hono } from "hono";
import { parseIngest } from "../contract/ingest.ts";
import { stringifyJson } from "../contract/json.ts";
import { type Category, RECORD_TABLES } from "../domain/fields.ts";
import type { AppEnv } from "../http/app-env.ts";
import { authentication, requireScope } from "../http/authentication.ts";
import { jsonBodyOnly, parsedBody } from "../http/body.ts";
import { fingerprint, idempotencyKey } from "../http/idempotency.ts";
import { renderJson, renderProblem } from "../http/problem.ts";
import { traceparentOf } from "../http/trace.ts";
import { submit } from "../tenant/client.ts";

/** `POST /ingest`: one endpoint for every event (seed 000, contract 4). */
export const ingestRoutes = new Hono<AppEnv>().post(
  "/",
  jsonBodyOnly,
  authentication,
  requireScope("ingest:write"),
  idempotencyKey,
  parsedBody,
  async (c) => {
    const body = c.get("body");
    const command = parseIngest(body);
    if (!command.ok) return renderProblem(c, command.error);
    const { data } = body as { data: unknown };
    const reply = await submit(c.env, c.get("principal").tenant_id, {
      key: c.req.valid("header")["idempotency-key"],
      fingerprint: await fingerprint(c.req.method, c.req.path, body),
      data: stringifyJson(data),
      trace_id: c.get("trace").trace_id,
      traceparent: traceparentOf(c.get("trace")),
      command: command.value,
    });
    const { queue, load, commit } = reply.timings;
    c.get("timings").push(["queue", queue], ["load", load], ["commit", commit]);
    if (reply.kind === "rejected") return renderProblem(c, reply.problem);
    if (reply.bookmark !== null) c.header("x-d1-bookmark", reply.bookmark);
    const { event_id, sequence, category, step, id } = reply.answer;
    if (reply.replayed) {
      c.header("Idempotent-Replayed", "true");
      const message = "Event already processed";
      return renderJson(c, { status: "duplicate", message, event_id, sequence, category, step, id });
    }
    if (step === "create") {
      c.header("Location", `/api/tables/${RECORD_TABLES[category as Category]}/${encodeURIComponent(id)}`);
    }
    const message = "Event processed";
    const success = { status: "success", message, event_id, sequence, category, step, id };
    return renderJson(c, success, step === "create" ? 201 : 200);
  },
);
